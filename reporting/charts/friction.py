"""Charts of the friction page: values with their intervals, months, and before against after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from reporting import formats
from reporting.charts.figure import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    SERIES,
    Figure,
    Table,
    finished,
    inline,
)
from reporting.published import Row

HOLDS, CHANCE = "chance does not explain it", "chance may explain it"
MOST_LINES = 5
_LINE_HEIGHT = 30
_POINTS = "points"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One value with its interval.

    Parameters
    ----------
    name
        What it is of.
    value, lower, upper
        The value and its 95% interval.
    holds
        Whether chance does not explain that it differs from nothing.
    text
        The value with its interval, in words.
    """

    name: str
    value: float
    lower: float
    upper: float
    holds: bool
    text: str


def intervals(
    readings: Sequence[Reading],
    *,
    slug: str,
    title: str,
    subtitle: str,
    source: str,
    value_name: str,
    axis_format: str,
    note: str = "",
) -> Figure:
    """Draw values with their intervals below each other, in the order given."""
    values: list[dict[str, object]] = [
        {
            "name": each.name,
            "value": each.value,
            "lower": each.lower,
            "upper": each.upper,
            "group": HOLDS if each.holds else CHANCE,
            value_name: each.text,
        }
        for each in readings
    ]
    axis = alt.Axis(format=axis_format, title=None, tickCount=6)
    colour = alt.Color("group:N").scale(domain=[HOLDS, CHANCE], range=[NEGATIVE, NEUTRAL])
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("name:N").sort([each.name for each in readings]).axis(title=None, labelLimit=250),
        color=colour.legend(orient="top", title=None),
        tooltip=[alt.Tooltip("name:N", title="What"), alt.Tooltip(f"{value_name}:N")],
    )
    rule = base.mark_rule(strokeWidth=2.5).encode(x=alt.X("lower:Q").axis(axis), x2="upper:Q")
    point = base.mark_point(filled=True, size=100, opacity=1).encode(x="value:Q")
    zero = alt.Chart(inline([{"at": 0}])).mark_rule(color=MUTED, strokeDash=[4, 3])
    chart = alt.layer(zero.encode(x=alt.X("at:Q").axis(axis)), rule, point)
    held = [each.name for each in readings if each.holds]
    return Figure(
        slug=slug,
        title=title,
        subtitle=subtitle,
        alt=f"{len(readings)} values with intervals; "
        + (f"chance does not explain {', '.join(held)}." if held else "chance may explain all."),
        source=source,
        spec=finished(chart.properties(width="container", height=_LINE_HEIGHT * len(values))),
        table=Table(
            headers=("What", value_name, "Holds"),
            rows=tuple((each.name, each.text, "yes" if each.holds else "no") for each in readings),
        ),
        note=note,
    )


def by_month(rows: Sequence[Row], *, names: Sequence[str]) -> Figure:
    """Draw the share of active customers touched by month, of the detectors named, in order."""
    values: list[dict[str, object]] = [
        {
            "month": str(row["period_start"])[:10],
            "share": formats.as_number(row["share_of_customers"]),
            "name": row["detector_name"],
            "Month": formats.period(row["period_start"], "month"),
            "Customers touched": _share_with_count(row),
        }
        for row in rows
    ]
    base = alt.Chart(inline(values)).encode(
        x=alt.X("month:T").scale(type="utc").axis(format="%b %Y", title=None, tickCount=8),
        y=alt.Y("share:Q").axis(format="%", title=None, tickCount=5),
        color=alt.Color("name:N")
        .scale(domain=list(names), range=SERIES[: len(names)])
        .legend(orient="top", title=None, columns=3, labelLimit=280),
        tooltip=[
            alt.Tooltip("name:N", title="Friction"),
            alt.Tooltip("Month:N"),
            alt.Tooltip("Customers touched:N"),
        ],
    )
    chart = alt.layer(
        base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=26, opacity=1)
    )
    months = sorted({str(value["month"]) for value in values})
    cells = {(str(row["period_start"])[:10], row["detector_name"]): row for row in rows}
    return Figure(
        slug="friction-by-month",
        title="How many meet it, month by month",
        subtitle="Share of the month’s active customers who met the friction; the costliest ones",
        alt=f"Lines of {len(names)} frictions over {len(months)} months.",
        source="marts.mart_friction_points",
        spec=finished(chart.properties(width="container", height=260)),
        table=Table(
            headers=("Month", *names),
            rows=tuple(
                (
                    formats.period(rows_of_month["period_start"], "month"),
                    *(
                        _share_with_count(cells[month, name])
                        if (month, name) in cells
                        else formats.NOTHING
                        for name in names
                    ),
                )
                for month in months
                for rows_of_month in [
                    next(row for row in rows if str(row["period_start"])[:10] == month)
                ]
            ),
        ),
        note="A month without the friction has no point.",
    )


def _share_with_count(row: Row) -> str:
    return (
        f"{formats.percent(row['share_of_customers'], 1)} "
        f"({formats.number(row['active_customers_touched'])})"
    )


def before_after(rows: Sequence[Row]) -> Figure:
    """Draw the share that reaches the step before and after each fix, with intervals."""
    values: list[dict[str, object]] = [
        {
            "action": row["action_name"],
            "when": when,
            "rate": formats.as_number(row[f"{key}_rate"]),
            "lower": formats.as_number(row[f"{key}_lower"]),
            "upper": formats.as_number(row[f"{key}_upper"]),
            "Share": f"{formats.percent(row[f'{key}_rate'])} "
            f"({formats.interval(row[f'{key}_lower'], row[f'{key}_upper'])}), "
            f"n {formats.number(row[f'{key}_instances'])}",
        }
        for row in rows
        for when, key in (("before", "before"), ("after", "after"))
    ]
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("action:N").axis(title=None, labelLimit=250),
        yOffset=alt.YOffset("when:N").sort(["before", "after"]),
        color=alt.Color("when:N")
        .scale(domain=["before", "after"], range=[NEUTRAL, ACCENT])
        .legend(orient="top", title=None),
        tooltip=[
            alt.Tooltip("action:N", title="Fix"),
            alt.Tooltip("when:N", title="When"),
            alt.Tooltip("Share:N"),
        ],
    )
    axis = alt.Axis(format="%", title=None, tickCount=6)
    horizontal = alt.X("lower:Q").axis(axis).scale(domain=[0, 1])
    rule = base.mark_rule(strokeWidth=2.5).encode(x=horizontal, x2="upper:Q")
    point = base.mark_point(filled=True, size=110, opacity=1).encode(x="rate:Q")
    text = base.mark_text(align="left", dx=9, dy=-9, color=INK).encode(
        x="rate:Q", text=alt.Text("rate:Q", format=".0%"), color=alt.value(INK)
    )
    return Figure(
        slug="before-and-after",
        title="Before and after each fix",
        subtitle="Share that reaches the step, of those that came as far, with 95% intervals",
        alt="; ".join(
            f"{row['action_name']}: {formats.percent(row['before_rate'])} before, "
            f"{formats.percent(row['after_rate'])} after"
            for row in rows
        )
        + ".",
        source="marts.mart_action_effects",
        spec=finished(
            alt.layer(rule, point, text).properties(width="container", height=86 * len(rows))
        ),
        table=Table(
            headers=("Fix", "When", "Share (95%), n"),
            rows=tuple(
                (str(value["action"]), str(value["when"]), str(value["Share"])) for value in values
            ),
        ),
        note="What the months say, by a trend broken at the fix: "
        + "; ".join(f"{row['action_name']}: {row['conclusion']}" for row in rows)
        + ".",
    )


def points(value: object, lower: object, upper: object) -> str:
    """Say a difference of two rates with its interval, in percentage points."""
    figures = [formats.as_number(each) for each in (value, lower, upper)]
    if figures[0] is None:
        return formats.NOTHING
    words = [formats.signed(None if each is None else each * 100, 1) for each in figures]
    return f"{words[0]} {_POINTS} ({words[1]} to {words[2]})"


def repurchase(rows: Sequence[Row], *, stated: float | None) -> Figure:
    """Draw the share who have bought again by so many days, with its interval."""
    values: list[dict[str, object]] = [
        {
            "days": formats.as_number(row["gap_days"]),
            "share": formats.as_number(row["returned_share"]),
            "lower": formats.as_number(row["returned_share_lower"]),
            "upper": formats.as_number(row["returned_share_upper"]),
            "Days": formats.number(row["gap_days"]),
            "Back": f"{formats.percent(row['returned_share'])} "
            f"({formats.interval(row['returned_share_lower'], row['returned_share_upper'])})",
        }
        for row in rows
    ]
    base = alt.Chart(inline(values)).encode(
        x=alt.X("days:Q").axis(title="days since the purchase", tickCount=8)
    )
    vertical = alt.Y("share:Q").axis(format="%", title=None, tickCount=5).scale(domain=[0, 1])
    band = base.mark_area(interpolate="step-after", opacity=0.16, color=ACCENT).encode(
        y=alt.Y("lower:Q").axis(format="%", title=None, tickCount=5), y2="upper:Q"
    )
    line = base.mark_line(interpolate="step-after", color=ACCENT, strokeWidth=2).encode(
        y=vertical, tooltip=[alt.Tooltip("Days:N"), alt.Tooltip("Back:N")]
    )
    half = alt.Chart(inline([{"at": 0.5}])).mark_rule(color=LINE).encode(y="at:Q")
    layers: list[alt.Chart] = [band, half, line]
    if stated is not None:
        layers.append(
            alt.Chart(inline([{"at": stated}]))
            .mark_rule(color=POSITIVE, strokeDash=[5, 4], strokeWidth=2)
            .encode(x="at:Q")
        )
    last = values[-1]
    stated_words = f"; dashed: the stated cycle of {stated:.0f} days" if stated else ""
    return Figure(
        slug="repurchase-curve",
        title="How soon buyers come back",
        subtitle=f"Share who have bought again by then, with 95% interval{stated_words}",
        alt=f"Rising curve; after {last['Days']} days {last['Back']} have bought again.",
        source="marts.mart_repurchase_curve",
        spec=finished(alt.layer(*layers).properties(width="container", height=260)),
        table=Table(
            headers=("Days", "Bought again (95%)"),
            rows=tuple((str(value["Days"]), str(value["Back"])) for value in values),
        ),
    )
