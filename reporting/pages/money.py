"""Money: who stays and what that does to revenue, what new customers cost, when buyers return."""

from __future__ import annotations

from collections.abc import Callable

from reporting import formats
from reporting.charts.figure import Figure
from reporting.charts.friction import repurchase
from reporting.charts.service_money import waterfall
from reporting.page import Context, Page
from reporting.published import Row, Selection
from reporting.sections import Section, money, number, page_of, percent, rate, section, words

MOST_PERIODS = 12
_RETENTION_COLUMNS = (
    "period_grain", "period_start", "period_end", "segment", "churn_basis", "currency",
    "customers_at_start", "new_customers", "lost_customers", "customers_at_end", "churn_rate",
    "churn_rate_lower", "churn_rate_upper", "has_enough_customers", "start_mrr_amount",
    "new_mrr_amount", "reactivated_mrr_amount", "expansion_mrr_amount",
    "contraction_mrr_amount", "lost_mrr_amount", "end_mrr_amount",
    "gross_revenue_retention_rate", "net_revenue_retention_rate", "arpu_amount", "repeat_rate",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect the sections; those whose mart is empty say so."""
    questions = (_waterfall, _retention, _acquisition, _repurchase)
    return page_of(context, questions)


def _waterfall(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_retention",
        _RETENTION_COLUMNS,
        where="period_grain = 'twelve_months' and segment = 'all' and is_complete"
        " and start_mrr_amount is not null",
        order_by="period_start desc, end_mrr_amount desc, churn_basis, currency",
        limit=1,
    )
    row = found.first()
    return section(
        found,
        slug="waterfall",
        title="Recurring revenue",
        measure="From the start to the end of the newest complete year.",
        figure=waterfall(row) if row else None,
        note="a subscriber is lost once the days of grace after an unrenewed term are over; new "
        "customers have no part in the rates of loss. Currencies are never added: the largest is "
        "drawn.",
    )


def _retention(context: Context) -> Section:
    whole = context.marts.select(
        "marts.mart_retention",
        ("period_start",),
        where="period_grain = 'twelve_months' and is_complete",
        order_by="period_start desc, segment, churn_basis, currency",
        limit=1,
    ).first()
    found = context.marts.select(
        "marts.mart_retention",
        _RETENTION_COLUMNS,
        where="period_grain = 'twelve_months' and is_complete"
        " and (segment = 'all' or period_start = $newest)",
        parameters={"newest": whole["period_start"] if whole else None},
        order_by="period_start desc, segment <> 'all', segment, churn_basis, currency",
        limit=MOST_PERIODS * 2,
    )

    def retained(column: str) -> Callable[[Row], str]:
        def cell(row: Row) -> str:
            return formats.percent(row[column], 1) if row["has_enough_customers"] else "too few"

        return cell

    return section(
        found,
        (
            ("Year to", lambda row: formats.day(row["period_end"])),
            ("Segment", words("segment", "All customers")),
            ("Basis", words("churn_basis")),
            ("Customers at the start", number("customers_at_start")),
            ("New", number("new_customers")),
            ("Lost", number("lost_customers")),
            (
                "Churn",
                rate("churn_rate", "churn_rate_lower", "churn_rate_upper", "has_enough_customers",
                     few_when=False),
            ),
            ("GRR", retained("gross_revenue_retention_rate")),
            ("NRR", retained("net_revenue_retention_rate")),
            ("ARPU", money("arpu_amount")),
            ("Repeat buyers", percent("repeat_rate")),
        ),
        slug="retention",
        title="Who stays",
        measure="Rolling years, newest first, the newest by segment too: churn of customers, and "
        "gross and net revenue retention (GRR, NRR) of those there at the start.",
        note="basis contractual = subscriptions that were not renewed; silence = buyers who have "
        "not bought for the declared days.",
    )  # fmt: skip


def _acquisition(context: Context) -> Section:
    newest = context.marts.latest("marts.mart_acquisition", "period_end")
    found = context.marts.select(
        "marts.mart_acquisition",
        ("marketing_channel", "period_start", "period_end", "currency", "spend_amount",
         "visitors", "visitor_conversion_rate", "trials", "trial_conversion_rate",
         "credited_customers", "cac_amount", "payback_months", "cac_status", "attribution"),
        where="period_grain = 'twelve_months' and period_end = $newest",
        parameters={"newest": newest},
        order_by="marketing_channel <> 'all', spend_amount desc nulls last, marketing_channel, "
        "currency",
    )  # fmt: skip
    first = found.first()
    shared = f" Customers are credited {first['attribution']}." if first else ""
    return section(
        found,
        (
            ("Marketing channel", words("marketing_channel", "All channels")),
            ("Spent", money("spend_amount")),
            ("Visitors", number("visitors")),
            ("Became customers", percent("visitor_conversion_rate", 1)),
            ("Trials", number("trials")),
            ("Trials that paid", percent("trial_conversion_rate", 1)),
            ("Customers by credit", number("credited_customers", 1)),
            (
                "CAC",
                lambda row: (
                    formats.money(row["cac_amount"], row["currency"])
                    if row["cac_amount"] is not None
                    else str(row["cac_status"])
                ),
            ),
            ("Payback, months", number("payback_months", 1)),
        ),
        slug="acquisition",
        title="What new customers cost",
        measure="Customer acquisition cost (CAC) by the path that customers came on, newest year.",
        note=f"spending ÷ new customers credited to the channel.{shared} Conversion of the newest "
        "visitors is still rising.",
    )


def _repurchase(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_repurchase_cycle",
        ("dimension", "dimension_value", "gap_count", "observed_gap_count", "open_gap_count",
         "quartile_1_days", "median_days", "median_days_lower", "median_days_upper",
         "quartile_3_days", "median_status", "stated_days", "compared_with_stated"),
        order_by="dimension <> 'all', dimension, gap_count desc, dimension_value",
    )  # fmt: skip

    def days(column: str) -> Callable[[Row], str]:
        def cell(row: Row) -> str:
            if row["median_status"] == "too few":
                return "too few"
            return formats.number(row[column])

        return cell

    def interval(row: Row) -> str:
        if row["median_status"] != "ok":
            return str(row["median_status"])
        upper = row["median_days_upper"]
        late = "later than observed" if upper is None else formats.number(upper)
        lower = formats.number(row["median_days_lower"])
        return f"{formats.number(row['median_days'])} ({lower} to {late})"

    return section(
        found,
        (
            (
                "Who",
                lambda row: (
                    "All buyers"
                    if row["dimension"] == "all"
                    else f"{formats.label(row['dimension'])}: "
                    f"{formats.label(row['dimension_value'])}"
                ),
            ),
            ("Gaps between purchases", number("gap_count")),
            ("Still open", number("open_gap_count")),
            ("A quarter are back after, days", days("quartile_1_days")),
            ("Half, days (95%)", interval),
            ("Three quarters, days", days("quartile_3_days")),
            ("Stated cycle, days", number("stated_days")),
            ("Against the stated", lambda row: str(row["compared_with_stated"])),
        ),
        slug="repurchase",
        title="When buyers come back",
        measure="Repurchase curve: days after which a quarter, half and three quarters have bought "
        "again (Kaplan–Meier).",
        figure=_curve(context, found),
        note="a gap that is still open counts as at least as long as it is, so nobody who has not "
        "come back yet is taken for lost or left out.",
    )


def _curve(context: Context, cycles: Selection) -> Figure | None:
    """Draw the curve of all buyers, with the cycle that the company states."""
    found = context.marts.select(
        "marts.mart_repurchase_curve",
        ("gap_days", "returned_share", "returned_share_lower", "returned_share_upper"),
        where="dimension = 'all'",
        order_by="gap_days",
    )
    stated = next((row["stated_days"] for row in cycles.rows if row["dimension"] == "all"), None)
    return repurchase(found.rows, stated=formats.as_number(stated)) if found else None


PAGE = Page(
    slug="money",
    title="Retention and acquisition",
    navigation="Money",
    audience="Leadership",
    order=15,
    summary="Who stays and what that does to revenue, what new customers cost, and when buyers "
    "come back.",
    build=build,
)
