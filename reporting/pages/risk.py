"""Risk and opportunity: who may leave, why, what it costs, and who is ready for more."""

from __future__ import annotations

from reporting.charts import risk
from reporting.charts.figure import Figure
from reporting.headlines import value_at_risk
from reporting.page import Context, Page
from reporting.published import Row

MOST_CUSTOMERS = 50
BANDS = ("high", "medium", "low", "no forecast")
# Some customers have a forecast over 180 days alone.
RISK_WHERE = "coalesce(churn_probability_90d, churn_probability_180d) is not null"
RISK_ORDER = (
    "case risk_band when 'high' then 1 when 'medium' then 2 else 3 end,"
    " expected_loss_amount desc nulls last, churn_probability_90d desc nulls last,"
    " churn_probability_180d desc nulls last, customer_id"
)
UPSELL_WHERE = "is_eligible and propensity_90d is not null"
UPSELL_ORDER = "expected_value_amount desc nulls last, propensity_90d desc, customer_id, offer_id"
_RISK_COLUMNS = (
    "customer_id", "customer_label", "segment", "churn_probability_30d", "churn_probability_90d",
    "churn_probability_180d", "expected_remaining_days", "risk_band", "reason_1", "reason_2",
    "reason_3", "annual_value_amount", "lifetime_value_amount", "expected_loss_amount",
    "currency", "recommended_action", "model_version",
)  # fmt: skip
_UPSELL_COLUMNS = (
    "customer_id", "customer_label", "segment", "offer_id", "offer_name", "propensity_90d",
    "offer_value_amount", "expected_value_amount", "currency", "days_since_last_offer", "reason_1",
    "reason_2", "rank_in_customer",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect lists, curves and sums at stake."""
    marts = context.marts
    money = value_at_risk(context)
    segments = [
        row
        for row in money.rows
        if row["segment"] != "all" and row["expected_loss_amount"] is not None
    ]
    churn = marts.select(
        "marts.mart_churn_risk",
        _RISK_COLUMNS,
        where=RISK_WHERE,
        order_by=RISK_ORDER,
        limit=MOST_CUSTOMERS,
    )
    upsell = marts.select(
        "marts.mart_upsell_opportunities",
        _UPSELL_COLUMNS,
        where=UPSELL_WHERE,
        order_by=UPSELL_ORDER,
        limit=MOST_CUSTOMERS,
    )
    return {
        "absence": None if money or churn or upsell else churn.absence,
        "status": forecast_status(context),
        "money": money,
        "money_charts": [
            risk.value_at_risk([row for row in segments if row["currency"] == currency])
            for currency in dict.fromkeys(str(row["currency"]) for row in segments)
        ],
        "unforecast": marts.counts(
            "marts.mart_churn_risk", ("model_status",), where="risk_band = 'no forecast'"
        ),
        "bands": _bands(context),
        "churn": churn,
        "upsell": upsell,
        "held_back": marts.counts(
            "marts.mart_upsell_opportunities", ("ineligible_reason",), where="not is_eligible"
        ),
    } | _staying(context)


def _staying(context: Context) -> dict[str, object]:
    """Collect survival curves and hazard ratios, or why there are none."""
    curves = context.marts.select(
        "ml.survival_curves", ("model_name",), order_by="model_name", limit=1
    )
    hazards = context.marts.select(
        "ml.hazard_ratios",
        ("covariate", "hazard_ratio", "lower", "upper", "p_value", "n", "events"),
        order_by="hazard_ratio desc, covariate",
    )
    return {
        "curves": _curves(context),
        "curve_absence": curves.absence,
        "hazards": risk.hazard_ratios(hazards.rows) if hazards else None,
        "hazard_absence": hazards.absence,
    }


def _bands(context: Context) -> list[Row]:
    """Count customers by risk band, highest first; a band that is not in the list comes last."""
    counts = context.marts.counts("marts.mart_churn_risk", ("risk_band",)).rows
    places = {band: place for place, band in enumerate(BANDS)}
    return sorted(
        counts,
        key=lambda row: (places.get(str(row["risk_band"]), len(places)), str(row["risk_band"])),
    )


def forecast_status(context: Context) -> dict[str, Row]:
    """Return the newest status row of each churn and upsell model, by name."""
    found = context.marts.select(
        "ml.model_status",
        ("model_name", "as_of_date", "model_version", "status", "reason"),
        where="model_name = 'churn' or model_name like 'upsell%'",
        order_by="model_name, as_of_date, model_version",
    )
    return {str(row["model_name"]): row for row in found.rows}


def _curves(context: Context) -> list[Figure]:
    groups = context.marts.counts("ml.survival_curves", ("model_name", "group_name"))
    figures = []
    for number, group in enumerate(groups.rows):
        rows = context.marts.select(
            "ml.survival_curves",
            ("group_value", "duration_days", "survival", "lower", "upper", "at_risk"),
            where="model_name = $model and group_name = $group",
            parameters={"model": group["model_name"], "group": group["group_name"]},
            order_by="group_value, duration_days",
        )
        figures.append(
            risk.survival(rows.rows, slug=f"survival-{number}", group_name=str(group["group_name"]))
        )
    return figures


PAGE = Page(
    slug="risk",
    title="Risk and opportunity",
    navigation="Risk & opportunity",
    audience="Leadership",
    order=15,
    summary="Who is likely to leave and why, what that would cost, and who is ready for which "
    "offer.",
    build=build,
)
