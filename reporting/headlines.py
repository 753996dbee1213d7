"""What the overview says first: key figures, and the findings that pass their test."""

from __future__ import annotations

from dataclasses import dataclass

from reporting import formats
from reporting.charts import metrics
from reporting.page import Context
from reporting.published import Row, Selection

METRICS = ("NPS", "CSAT", "CES", "PSAT", "OSAT")
METRIC_COLUMNS = (
    "metric", "scale", "period_grain", "period_start", "dimension", "dimension_value", "n", "value",
    "lower", "upper", "is_too_few", "previous_value", "change", "change_adjusted_p_value",
    "is_real_change", "invited", "completed", "response_rate",
)  # fmt: skip
FINDING_RULE = (
    "Chosen by rule, not by hand, in this order: the significant drop-off that loses most "
    "journeys, the strongest "
    "negative peak, the money at risk, the surest real change of a score, the strongest positive "
    "peak. The first three that the data supports are shown."
)


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """One headline figure with what it takes to read it rightly."""

    label: str
    value: str
    detail: tuple[str, ...]
    verdict: str = ""
    tone: str = "plain"
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One statement that the data supports, with its evidence and where to read on."""

    kind: str
    headline: str
    evidence: str
    action: str
    link: str
    tone: str


def overall_scores(context: Context, grain: str) -> Selection:
    """Read the company-wide survey metrics of one grain, oldest first."""
    return context.marts.select(
        "marts.fct_cx_metrics",
        METRIC_COLUMNS,
        where="dimension = 'overall' and period_grain = $grain",
        parameters={"grain": grain},
        order_by="metric, scale, period_start, dimension_value",
    )


def latest_scores(context: Context) -> list[Row]:
    """Return the newest quarter of each metric and scale, or all time where there is no quarter."""
    newest: dict[tuple[str, str], Row] = {}
    for grain in ("all", "quarter"):
        for row in overall_scores(context, grain).rows:
            newest[str(row["metric"]), str(row["scale"])] = row
    return [newest[key] for key in sorted(newest, key=lambda key: (METRICS.index(key[0]), key[1]))]


def trend_rows(context: Context, metric: str, scale: str) -> list[Row]:
    """Return the rows of a metric in the finest grain that has enough answers in most periods.

    Empty when not even two quarters have enough.
    """
    for grain in ("month", "quarter"):
        rows = [
            row
            for row in overall_scores(context, grain).rows
            if (row["metric"], row["scale"]) == (metric, scale)
        ]
        enough = sum(not row["is_too_few"] for row in rows)
        if enough > 1 and (grain == "quarter" or 2 * enough >= len(rows)):
            return rows
    return []


def key_figures(context: Context) -> list[KeyFigure]:
    """Collect the headline figures that this snapshot holds."""
    figures = [_score_figure(row) for row in latest_scores(context)]
    figures += _response_figure(context)
    figures += _money_figures(context)
    figures += _case_figure(context)
    return figures


def _score_figure(row: Row) -> KeyFigure:
    metric = str(row["metric"])
    when = formats.period(row["period_start"], row["period_grain"])
    if row["is_too_few"]:
        detail = (f"n = {formats.number(row['n'])}, below the minimum for a figure", when)
        return KeyFigure(label=metric, value=formats.TOO_FEW, detail=detail, link="scores.html")
    text, tone = "", "plain"
    if row["change"] is not None:
        text = f"{metrics.change(row)} on {_before(row)}: {metrics.verdict(row)}"
        if row["is_real_change"]:
            tone = "good" if (formats.as_number(row["change"]) or 0) > 0 else "bad"
    return KeyFigure(
        label=f"{metric}, {when}",
        value=formats.score(row["value"], metric),
        detail=(
            f"{formats.interval(row['lower'], row['upper'], metric)} (95%), n = "
            f"{formats.number(row['n'])}",
            f"{metrics.unit(metric)}, asked on {row['scale']}",
        ),
        verdict=text,
        tone=tone,
        link="scores.html",
    )


def _before(row: Row) -> str:
    return "the quarter before" if row["period_grain"] == "quarter" else "the period before"


def _response_figure(context: Context) -> list[KeyFigure]:
    for row in latest_scores(context):
        if row["response_rate"] is not None:
            return [
                KeyFigure(
                    label=f"Response rate, {row['metric']}",
                    value=formats.percent(row["response_rate"]),
                    detail=(
                        f"{formats.number(row['completed'])} completed of "
                        f"{formats.number(row['invited'])} invited",
                        "completed ÷ (sent − bounced), "
                        f"{formats.period(row['period_start'], row['period_grain'])}",
                    ),
                    link="scores.html",
                )
            ]
    return []


def value_at_risk(context: Context) -> Selection:
    """Read the value-at-risk rows, the whole company first."""
    return context.marts.select(
        "marts.mart_value_at_risk",
        (
            "segment", "active_customers", "at_risk_customers", "average_customer_value_amount",
            "simple_value_at_risk_amount", "expected_loss_amount", "currency", "horizon_days",
            "threshold_probability",
        ),
        order_by="segment <> 'all', expected_loss_amount desc nulls last, segment, currency",
    )  # fmt: skip


def _money_figures(context: Context) -> list[KeyFigure]:
    figures = []
    for row in value_at_risk(context).rows:
        if row["segment"] != "all":
            continue
        if row["expected_loss_amount"] is None:
            detail = ("no forecast in this snapshot; the Models page says why",)
            figures.append(
                KeyFigure(
                    label="Value at risk", value=formats.NOTHING, detail=detail, link="models.html"
                )
            )
            continue
        figures.append(
            KeyFigure(
                label=f"Expected loss, next {formats.number(row['horizon_days'])} days",
                value=formats.short_money(row["expected_loss_amount"], row["currency"]),
                detail=(
                    f"{formats.number(row['at_risk_customers'])} of "
                    f"{formats.number(row['active_customers'])} "
                    f"active customers at risk (≥ {formats.percent(row['threshold_probability'])})",
                    "simple value at risk "
                    f"{formats.short_money(row['simple_value_at_risk_amount'], row['currency'])}",
                ),
                link="risk.html",
            )
        )
    return figures


def _case_figure(context: Context) -> list[KeyFigure]:
    counts = context.marts.counts("marts.mart_case_queue", ("status",))
    if not counts:
        return []
    by_status = {str(row["status"]): row["row_count"] for row in counts.rows}
    overdue = by_status.get("overdue", 0)
    return [
        KeyFigure(
            label="Open cases",
            value=formats.number(
                context.marts.select(
                    "marts.mart_case_queue", ("case_id",), order_by="case_id", limit=1
                ).total
            ),
            detail=(f"{formats.number(overdue)} overdue", "one case per rule, customer and cause"),
            tone="bad" if overdue else "plain",
            link="cases.html",
        )
    ]


def findings(context: Context, most: int = 3) -> list[Finding]:
    """Return the first findings that hold, in the order that ``FINDING_RULE`` states."""
    candidates = (
        _drop(context),
        _peak(context, "negative"),
        _money(context),
        _change(context),
        _peak(context, "positive"),
    )
    return [finding for finding in candidates if finding is not None][:most]


def _drop(context: Context) -> Finding | None:
    row = context.marts.select(
        "marts.mart_journey_funnel",
        (
            "journey_id",
            "step_number",
            "step_name",
            "share_of_previous",
            "dropped",
            "instances",
            "p_value",
            "counting_rule",
        ),
        where="segment = 'all' and period_grain = 'all' and is_significant_drop",
        order_by="dropped desc, journey_id, step_number",
        limit=1,
    ).first()
    if row is None:
        return None
    journey, step = formats.label(row["journey_id"]), str(row["step_name"])
    return Finding(
        kind="Where journeys break",
        headline=f"{journey} loses most at “{step}”",
        evidence=f"{formats.number(row['dropped'])} journeys end before this step; "
        f"{formats.percent(row['share_of_previous'])} "
        f"of those at the previous step get here ({formats.p_value(row['p_value'])}).",
        action=f"See the {journey.lower()} journey",
        link=f"journeys.html#{row['journey_id']}",
        tone="bad",
    )


def _peak(context: Context, side: str) -> Finding | None:
    row = context.marts.select(
        "marts.mart_touchpoint_impact",
        (
            "touchpoint_name", "mention_share", "commenting_customers", f"{side}_intensity",
            f"{side}_impact", f"{side}_lower", f"{side}_upper", f"{side}_mentions",
            f"top_{side}_theme",
        ),
        where=f"is_{side}_peak",
        order_by=f"{side}_impact desc, touchpoint_id",
        limit=1,
    ).first()  # fmt: skip
    if row is None:
        return None
    name = str(row["touchpoint_name"])
    bad = side == "negative"
    theme = row[f"top_{side}_theme"]
    mentions = f" {formats.number(row[f'{side}_mentions'])} comments are {side}"
    reason = f"{mentions}, most about {str(theme).lower()}." if theme else f"{mentions}."
    return Finding(
        kind="What hurts most" if bad else "What delights most",
        headline=f"{name} is the {'sharpest pain' if bad else 'strongest delight'} in customers’ "
        "own words",
        evidence=f"{formats.percent(row['mention_share'])} of "
        f"{formats.number(row['commenting_customers'])} commenting customers "
        f"mention it; {side} intensity {formats.number(row[f'{side}_intensity'], 2)}, impact "
        f"{formats.number(row[f'{side}_impact'], 3)} "
        f"({formats.plain_interval(row[f'{side}_lower'], row[f'{side}_upper'], 3)}).{reason}",
        action="See the impact map",
        link=f"touchpoints.html#{'improve' if bad else 'celebrate'}",
        tone="bad" if bad else "good",
    )


def _money(context: Context) -> Finding | None:
    for row in value_at_risk(context).rows:
        if (
            row["segment"] == "all"
            and row["expected_loss_amount"] is not None
            and row["at_risk_customers"]
        ):
            return Finding(
                kind="What is at stake",
                headline=f"{formats.short_money(row['expected_loss_amount'], row['currency'])} of "
                "lifetime value is expected to be lost",
                evidence=f"{formats.number(row['at_risk_customers'])} of "
                f"{formats.number(row['active_customers'])} active customers "
                f"have a {formats.percent(row['threshold_probability'])} or higher probability of "
                "leaving within "
                f"{formats.number(row['horizon_days'])} days.",
                action="See who, why and what to do",
                link="risk.html",
                tone="bad",
            )
    return None


def _change(context: Context) -> Finding | None:
    real = [
        row
        for row in latest_scores(context)
        if row["is_real_change"] and row["change"] is not None and not row["is_too_few"]
    ]
    if not real:
        return None
    row = min(
        real,
        key=lambda each: (
            formats.as_number(each["change_adjusted_p_value"]) or 0.0,
            str(each["metric"]),
        ),
    )
    metric = str(row["metric"])
    rose = (formats.as_number(row["change"]) or 0) > 0
    return Finding(
        kind="What changed",
        headline=f"{metric} {'rose' if rose else 'fell'} to {formats.score(row['value'], metric)}",
        evidence=f"{metrics.change(row)} on {_before(row)}, "
        f"{formats.p_value(row['change_adjusted_p_value'])}; n = {formats.number(row['n'])}.",
        action="See the scores",
        link="scores.html",
        tone="good" if rose else "bad",
    )
