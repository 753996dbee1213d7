"""Survey metrics over time and side by side, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt

from reporting import formats
from reporting.charts.figure import ACCENT, INK, LINE, MUTED, Figure, Table, finished, inline
from reporting.published import Row

SOURCE = "marts.fct_cx_metrics"
UNITS = {
    "NPS": "points, −100 to +100",
    "CSAT": "share satisfied (top two of the scale)",
    "PSAT": "share satisfied with the product (top two of the scale)",
    "OSAT": "share satisfied overall (top two of the scale)",
    "CES": "share who found it easy (5–7 of 7)",
}
_MOST_TICKS = 8
_HEADERS = ("Period", "Score", "95% interval", "n", "Change", "Verdict")


def unit(metric: object) -> str:
    """Say in which unit a metric is given."""
    return UNITS.get(str(metric), "share")


def verdict(row: Row) -> str:
    """Say whether a period differs from the one before it, as the mart has tested it."""
    if row["is_too_few"]:
        return formats.TOO_FEW
    if row["change"] is None:
        return "no period before it"
    if row["change_adjusted_p_value"] is None:
        return "not tested, too few answers in the period before"
    chance = formats.p_value(row["change_adjusted_p_value"])
    return f"real change ({chance})" if row["is_real_change"] else f"within chance ({chance})"


def change(row: Row) -> str:
    """Format the change against the period before, in points."""
    value = formats.as_number(row["change"])
    if value is None or row["is_too_few"]:
        return formats.NOTHING
    points = value if row["metric"] == "NPS" else value * 100
    return f"{formats.signed(points, 1)} pts"


def trend(rows: Sequence[Row], *, slug: str, title: str) -> Figure:
    """Draw one metric by period with its 95% interval.

    Parameters
    ----------
    rows
        Rows of ``fct_cx_metrics`` of one metric, one dimension value and one grain, oldest first.
        Periods with too few answers are listed in the table and not drawn.
    """
    metric = rows[0]["metric"]
    shown = [row for row in rows if not row["is_too_few"]]
    values = [_trend_value(row) for row in shown]
    counts = [int(str(row["n"])) for row in shown]
    spread = (
        f"n = {formats.number(min(counts))}–{formats.number(max(counts))} a period"
        if counts
        else ""
    )
    return Figure(
        slug=slug,
        title=title,
        subtitle=f"{metric} by {rows[0]['period_grain']}, {unit(metric)}, asked on "
        f"{rows[0]['scale']}; band = 95% interval; "
        f"{spread}",
        alt=f"Line of {metric} over {len(shown)} periods with its interval; "
        + (
            f"last value {formats.score(shown[-1]['value'], metric)}."
            if shown
            else "no period to draw."
        ),
        source=SOURCE,
        spec=finished(
            _trend_chart(
                values, is_nps=metric == "NPS", by_quarter=rows[0]["period_grain"] == "quarter"
            )
        ),
        table=Table(headers=_HEADERS, rows=tuple(_trend_cells(row) for row in rows)),
        note="Ringed points differ from the period before at 95%, adjusted for many comparisons; "
        "the "
        "others do not. "
        + (
            f"{len(rows) - len(shown)} of {len(rows)} periods have too few answers and are not "
            "drawn."
            if len(rows) > len(shown)
            else ""
        ),
    )


def _trend_value(row: Row) -> dict[str, object]:
    return {
        "period": str(row["period_start"])[:10],
        "value": formats.as_number(row["value"]),
        "lower": formats.as_number(row["lower"]),
        "upper": formats.as_number(row["upper"]),
        "real": bool(row["is_real_change"]),
        "Period": formats.period(row["period_start"], row["period_grain"]),
        "Score": formats.score(row["value"], row["metric"]),
        "95% interval": formats.interval(row["lower"], row["upper"], row["metric"]),
        "n": formats.number(row["n"]),
        "Against the period before": f"{change(row)}, {verdict(row)}",
    }


def _trend_cells(row: Row) -> tuple[str, ...]:
    few = bool(row["is_too_few"])
    return (
        formats.period(row["period_start"], row["period_grain"]),
        formats.TOO_FEW if few else formats.score(row["value"], row["metric"]),
        formats.NOTHING if few else formats.interval(row["lower"], row["upper"], row["metric"]),
        formats.number(row["n"]),
        change(row),
        verdict(row),
    )


def _trend_chart(
    values: Sequence[dict[str, object]], *, is_nps: bool, by_quarter: bool
) -> alt.LayerChart:
    step = -(-len(values) // _MOST_TICKS)
    starts = [date.fromisoformat(str(row["period"])) for row in values[::step]]
    ticks = [alt.DateTime(year=day.year, month=day.month, date=1, utc=True) for day in starts]
    horizontal = (
        alt.X("period:T")
        .scale(type="utc")
        .axis(format="Q%q %Y" if by_quarter else "%b %Y", title=None, values=ticks)
    )
    axis = alt.Axis(format="+d" if is_nps else ".0%", title=None, tickCount=5)
    vertical = alt.Y("value:Q").axis(axis).scale(zero=False, nice=True)
    base = alt.Chart(inline(values)).encode(x=horizontal)
    tips = [
        alt.Tooltip(f"{name}:N")
        for name in ("Period", "Score", "95% interval", "n", "Against the period before")
    ]
    band = base.mark_area(opacity=0.16, color=ACCENT).encode(
        y=alt.Y("lower:Q").axis(axis).scale(zero=False), y2="upper:Q"
    )
    line = base.mark_line(color=ACCENT, strokeWidth=2.5).encode(y=vertical)
    points = base.mark_point(filled=True, opacity=1, color=ACCENT).encode(
        y=vertical,
        size=alt.condition("datum.real", alt.value(130), alt.value(45)),
        stroke=alt.condition("datum.real", alt.value(INK), alt.value(ACCENT)),
        strokeWidth=alt.condition("datum.real", alt.value(2), alt.value(0)),
        tooltip=tips,
    )
    last = (
        alt.Chart(inline(values[-1:]))
        .mark_text(align="right", dy=-16, fontSize=14, fontWeight="bold", color=INK)
        .encode(x=horizontal, y=vertical, text="Score:N")
    )
    return alt.layer(band, line, points, last).properties(width="container", height=260)


def comparison(rows: Sequence[Row], *, slug: str, title: str, names: Sequence[str]) -> Figure:
    """Draw one metric side by side for the values of one dimension.

    Parameters
    ----------
    rows
        Rows of ``fct_cx_metrics`` of one metric, one dimension and one period.
    names
        Display name of each row, in the same order.
    """
    metric = rows[0]["metric"]
    pairs = list(zip(names, rows, strict=True))
    shown = [(name, row) for name, row in pairs if not row["is_too_few"]]
    values = [{"name": name} | _trend_value(row) for name, row in shown]
    few = [name for name, row in pairs if row["is_too_few"]]
    return Figure(
        slug=slug,
        title=title,
        subtitle=f"{metric}, {formats.period(rows[0]['period_start'], rows[0]['period_grain'])}, "
        f"{unit(metric)}; "
        "line = 95% interval; n beside the point",
        alt=f"{metric} with its interval for {len(shown)} values, highest first: "
        + ", ".join(f"{name} {formats.score(row['value'], metric)}" for name, row in shown)
        + ".",
        source=SOURCE,
        spec=finished(_comparison_chart(values, is_nps=metric == "NPS")),
        table=Table(
            headers=("Where", "Score", "95% interval", "n"),
            rows=tuple((name, *_trend_cells(row)[1:4]) for name, row in pairs),
        ),
        note=f"Too few answers to show: {', '.join(few)}." if few else "",
    )


def _comparison_chart(values: Sequence[dict[str, object]], *, is_nps: bool) -> alt.LayerChart:
    order = [str(row["name"]) for row in values]
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("name:N")
        .sort(order)
        .axis(title=None, labelLimit=150, labelColor=INK, labelFontSize=13)
    )
    axis = alt.Axis(format="+d" if is_nps else ".0%", title=None, grid=True, tickCount=5)
    tips = [
        alt.Tooltip("name:N", title="Where"),
        *(alt.Tooltip(f"{name}:N") for name in ("Score", "95% interval", "n")),
    ]
    rule = base.mark_rule(color=MUTED, strokeWidth=2).encode(
        x=alt.X("lower:Q").axis(axis).scale(zero=False, nice=True), x2="upper:Q", tooltip=tips
    )
    point = base.mark_point(filled=True, size=110, color=ACCENT, opacity=1).encode(
        x="value:Q", tooltip=tips
    )
    text = (
        base.transform_calculate(label="datum.Score + ', n ' + datum.n")
        .mark_text(align="left", dx=8, dy=-9, color=MUTED, fontSize=11)
        .encode(x="value:Q", text="label:N")
    )
    zero = (
        alt.Chart(inline([{"at": 0}])).mark_rule(color=LINE, strokeWidth=1.5).encode(x="at:Q")
        if is_nps
        else None
    )
    layers = [layer for layer in (zero, rule, point, text) if layer is not None]
    return alt.layer(*layers).properties(width="container", height=38 * len(order))
