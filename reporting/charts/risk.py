"""How long customers stay, what goes with leaving, and what is at stake."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reporting import formats
from reporting.charts.figure import (
    ACCENT,
    INK,
    MUTED,
    NEGATIVE,
    SERIES,
    Figure,
    Table,
    finished,
    inline,
)
from reporting.published import Row

_MOST_POINTS = 120


def survival(rows: Sequence[Row], *, slug: str, group_name: str) -> Figure:
    """Draw Kaplan–Meier curves of one grouping.

    Parameters
    ----------
    rows
        Rows of ``ml.survival_curves`` of one model and grouping, by group value and day.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row["group_value"]), []).append(row)
    drawn = [row for members in groups.values() for row in _thinned(members)]
    starts = ", ".join(
        f"{name} {formats.number(members[0]['at_risk'])}" for name, members in groups.items()
    )
    label = "all customers" if len(groups) == 1 else f"by {formats.label(group_name).lower()}"
    return Figure(
        slug=slug,
        title=f"How long customers stay, {label}",
        subtitle="Kaplan–Meier share still a customer by days since the start; band = 95% "
        f"interval; n at start: {starts}",
        alt=f"{len(groups)} survival curve(s) that fall from 100% as days pass; last values: "
        + ", ".join(
            f"{name} {formats.percent(members[-1]['survival'])}" for name, members in groups.items()
        )
        + ".",
        source="ml.survival_curves",
        spec=finished(_survival_chart([_survival_value(row) for row in drawn], list(groups))),
        table=Table(
            headers=("Group", "Day", "Still a customer", "95% interval", "At risk"),
            rows=tuple(
                _survival_cells(row) for members in groups.values() for row in _thinned(members, 12)
            ),
        ),
        note="Customers who are still here count as not yet lost, not as never lost.",
    )


def _thinned(rows: Sequence[Row], most: int = _MOST_POINTS) -> list[Row]:
    """Keep evenly spaced rows and always the last: a curve needs no more points than pixels."""
    step = max(1, -(-len(rows) // most))
    kept = list(rows[::step])
    return kept if kept[-1] is rows[-1] else [*kept, rows[-1]]


def _survival_value(row: Row) -> dict[str, object]:
    return {
        "group": str(row["group_value"]),
        "day": formats.as_number(row["duration_days"]),
        "survival": _rounded(row["survival"]),
        "lower": _rounded(row["lower"]),
        "upper": _rounded(row["upper"]),
        "Still a customer": formats.percent(row["survival"], 1),
        "95% interval": formats.interval(row["lower"], row["upper"]),
        "At risk": formats.number(row["at_risk"]),
    }


def _rounded(value: object) -> float | None:
    figure = formats.as_number(value)
    return None if figure is None else round(figure, 4)


def _survival_cells(row: Row) -> tuple[str, ...]:
    return (
        str(row["group_value"]),
        formats.number(row["duration_days"]),
        formats.percent(row["survival"], 1),
        formats.interval(row["lower"], row["upper"]),
        formats.number(row["at_risk"]),
    )


def _survival_chart(values: Sequence[dict[str, object]], groups: Sequence[str]) -> alt.LayerChart:
    color = alt.Color("group:N").scale(
        domain=list(groups), range=SERIES[: len(groups)] if len(groups) <= len(SERIES) else SERIES
    )
    color = (
        color.legend(None)
        if len(groups) == 1
        else color.legend(symbolType="stroke", symbolStrokeWidth=3)
    )
    base = alt.Chart(inline(values)).encode(
        x=alt.X("day:Q").axis(title="Days since the customer started", grid=False, format="d"),
        color=color,
    )
    vertical = alt.Y("survival:Q").axis(format=".0%", title=None, tickCount=5).scale(domain=[0, 1])
    band = base.mark_area(opacity=0.13, interpolate="step-after").encode(
        y=alt.Y("lower:Q").scale(domain=[0, 1]), y2="upper:Q"
    )
    tips = [
        alt.Tooltip("group:N", title="Group"),
        alt.Tooltip("day:Q", title="Day"),
        *(alt.Tooltip(f"{name}:N") for name in ("Still a customer", "95% interval", "At risk")),
    ]
    line = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(y=vertical)
    hover = base.mark_circle(size=90, opacity=0).encode(y=vertical, tooltip=tips)
    return alt.layer(band, line, hover).properties(width="container", height=300)


def hazard_ratios(rows: Sequence[Row]) -> Figure:
    """Draw what goes with leaving sooner: Cox hazard ratios on a logarithmic scale."""
    values: list[dict[str, object]] = [
        {
            "name": formats.label(row["covariate"]),
            "ratio": formats.as_number(row["hazard_ratio"]),
            "lower": formats.as_number(row["lower"]),
            "upper": formats.as_number(row["upper"]),
            "clear": not _contains_one(row),
            "Hazard ratio": formats.number(row["hazard_ratio"], 2),
            "95% interval": formats.plain_interval(row["lower"], row["upper"]),
            "p": formats.p_value(row["p_value"]),
        }
        for row in rows
    ]
    first = rows[0]
    return Figure(
        slug="hazard-ratios",
        title="What goes with leaving sooner",
        subtitle="Hazard ratio from a Cox model, logarithmic scale; right of 1 leaves sooner, left "
        "stays longer; line = 95% "
        f"interval; n = {formats.number(first['n'])}, {formats.number(first['events'])} left",
        alt="Hazard ratios with intervals: "
        + ", ".join(f"{row['name']} {row['Hazard ratio']}" for row in values)
        + ".",
        source="ml.hazard_ratios",
        spec=finished(_hazard_chart(values)),
        table=Table(
            headers=("Covariate", "Hazard ratio", "95% interval", "p"),
            rows=tuple(
                (
                    str(row["name"]),
                    str(row["Hazard ratio"]),
                    str(row["95% interval"]),
                    str(row["p"]),
                )
                for row in values
            ),
        ),
        note="Faint points have an interval that contains 1: no clear effect. An association, not "
        "proof of a cause.",
    )


def _contains_one(row: Row) -> bool:
    lower, upper = formats.as_number(row["lower"]), formats.as_number(row["upper"])
    return lower is None or upper is None or lower <= 1 <= upper


def _hazard_chart(values: Sequence[dict[str, object]]) -> alt.LayerChart:
    order = [str(row["name"]) for row in values]
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("name:N")
        .sort(order)
        .axis(title=None, labelLimit=190, labelColor=INK, labelFontSize=12),
        opacity=alt.condition("datum.clear", alt.value(1), alt.value(0.4)),
    )
    tips = [
        alt.Tooltip("name:N", title="Covariate"),
        *(alt.Tooltip(f"{name}:N") for name in ("Hazard ratio", "95% interval", "p")),
    ]
    scale = alt.Scale(type="log", nice=False, padding=12)
    axis = alt.Axis(
        title="← stays longer · hazard ratio · leaves sooner →", format="~g", grid=True, tickCount=5
    )
    one = (
        alt.Chart(inline([{"at": 1}]))
        .mark_rule(color=MUTED, strokeDash=[4, 3])
        .encode(x=alt.X("at:Q").scale(scale).axis(axis))
    )
    rule = base.mark_rule(strokeWidth=2, color=MUTED).encode(
        x=alt.X("lower:Q").scale(scale).axis(axis), x2="upper:Q", tooltip=tips
    )
    point = base.mark_circle(size=120, color=ACCENT, opacity=1).encode(
        x=alt.X("ratio:Q").scale(scale), tooltip=tips
    )
    return alt.layer(one, rule, point).properties(width="container", height=30 * len(order))


def value_at_risk(rows: Sequence[Row]) -> Figure:
    """Draw expected loss by segment beside the simple figure."""
    values: list[dict[str, object]] = [
        {
            "segment": f"{formats.label(row['segment'])}",
            "kind": kind,
            "amount": formats.as_number(row[column]),
            "Amount": formats.short_money(row[column], row["currency"]),
            "At risk": f"{formats.number(row['at_risk_customers'])} of "
            f"{formats.number(row['active_customers'])} active customers",
        }
        for row in rows
        for kind, column in (
            ("Expected loss", "expected_loss_amount"),
            ("Simple value at risk", "simple_value_at_risk_amount"),
        )
    ]
    first = rows[0]
    return Figure(
        slug=f"value-at-risk-{str(first['currency']).lower()}",
        title="Where the money at risk sits",
        subtitle=f"Amount in {first['currency']}, next {formats.number(first['horizon_days'])} "
        "days; at risk = probability of "
        f"{formats.percent(first['threshold_probability'])} or more",
        alt="Bars per segment: "
        + ", ".join(
            f"{row['segment']} {str(row['kind']).lower()} {row['Amount']}" for row in values
        )
        + ".",
        source="marts.mart_value_at_risk",
        spec=finished(_value_chart(values)),
        table=Table(
            headers=(
                "Segment",
                "Active",
                "At risk",
                "Average value a year",
                "Simple value at risk",
                "Expected loss",
            ),
            rows=tuple(
                (
                    formats.label(row["segment"]),
                    formats.number(row["active_customers"]),
                    formats.number(row["at_risk_customers"]),
                    formats.money(row["average_customer_value_amount"], row["currency"]),
                    formats.money(row["simple_value_at_risk_amount"], row["currency"]),
                    formats.money(row["expected_loss_amount"], row["currency"]),
                )
                for row in rows
            ),
        ),
        note="Expected loss adds up probability × lifetime value (margin until the horizon of the "
        "assumptions) over all customers with a forecast. The simple figure multiplies the average "
        "revenue of a year by the number of customers at risk. They answer different questions, so "
        "both stand here.",
    )


def _value_chart(values: Sequence[dict[str, object]]) -> alt.LayerChart:
    order = list(dict.fromkeys(str(row["segment"]) for row in values))
    kinds = ["Expected loss", "Simple value at risk"]
    # Room to the right of the longest bar for its label.
    most = max((formats.as_number(row["amount"]) or 0.0 for row in values), default=0.0) or 1.0
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("segment:N")
        .sort(order)
        .axis(title=None, labelColor=INK, labelLimit=150, labelFontSize=13),
        yOffset=alt.YOffset("kind:N").sort(kinds),
        x=alt.X("amount:Q").axis(None).scale(domainMin=0, domainMax=1.15 * most),
    )
    tips = [
        alt.Tooltip("segment:N", title="Segment"),
        alt.Tooltip("kind:N", title="Measure"),
        alt.Tooltip("Amount:N"),
        alt.Tooltip("At risk:N"),
    ]
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.86}).encode(
        color=alt.Color("kind:N").scale(domain=kinds, range=[NEGATIVE, "var(--neutral)"]),
        tooltip=tips,
    )
    text = base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text="Amount:N")
    return alt.layer(bars, text).properties(width="container", height=48 * len(order))
