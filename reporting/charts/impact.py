"""Touchpoint impact: how often a touchpoint is felt, how strongly, and never netted."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reporting import formats
from reporting.charts.figure import (
    INK,
    LINE,
    MUTED,
    NEGATIVE,
    POSITIVE,
    Figure,
    Table,
    finished,
    inline,
)
from reporting.published import Row

SOURCE = "marts.mart_touchpoint_impact"
SIDES = ("positive", "negative")
_HALF_HEIGHT = 230
_NAMES_WHEN_NARROW = 2
_SCALE = alt.Scale(domain=["Positive", "Negative"], range=[POSITIVE, NEGATIVE])
_TIPS = (
    "Touchpoint",
    "Feeling",
    "Mentioned by",
    "Mentions",
    "Intensity",
    "Impact",
    "95% interval",
    "Peak",
)


def _felt(row: Row, side: str) -> bool:
    return bool(row[f"{side}_mentions"]) and row[f"{side}_intensity"] is not None


def _values(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [_value(row, side) for row in rows for side in SIDES if _felt(row, side)]


def _value(row: Row, side: str) -> dict[str, object]:
    sign = 1 if side == "positive" else -1

    def signed(name: str) -> float | None:
        figure = formats.as_number(row[name])
        return None if figure is None else sign * figure

    return {
        "side": side.capitalize(),
        "share": formats.as_number(row["mention_share"]),
        "intensity": signed(f"{side}_intensity"),
        "size": formats.as_number(row[f"{side}_impact"]),
        "impact": signed(f"{side}_impact"),
        "lower": signed(f"{side}_lower"),
        "upper": signed(f"{side}_upper"),
        "peak": bool(row[f"is_{side}_peak"]),
        "Touchpoint": str(row["touchpoint_name"]),
        "Feeling": side,
        "Mentioned by": f"{formats.percent(row['mention_share'], 1)} of commenting customers",
        "Mentions": formats.number(row[f"{side}_mentions"]),
        "Intensity": formats.number(row[f"{side}_intensity"], 2),
        "Impact": formats.number(row[f"{side}_impact"], 3),
        "95% interval": formats.plain_interval(row[f"{side}_lower"], row[f"{side}_upper"], 3),
        "Peak": "yes" if row[f"is_{side}_peak"] else "no",
    }


def _table(rows: Sequence[Row]) -> Table:
    cells = []
    for row in rows:
        both = []
        for side in SIDES:
            both += [
                formats.number(row[f"{side}_mentions"]),
                formats.number(row[f"{side}_intensity"], 2),
                formats.number(row[f"{side}_impact"], 3),
                formats.plain_interval(row[f"{side}_lower"], row[f"{side}_upper"], 3),
                "peak" if row[f"is_{side}_peak"] else formats.NOTHING,
            ]
        cells.append((str(row["touchpoint_name"]), formats.percent(row["mention_share"], 1), *both))
    heads = ("mentions", "intensity 0–1", "impact", "95% interval", "peak")
    return Table(
        headers=(
            "Touchpoint",
            "Mentioned by",
            *(f"{side.capitalize()} {head}" for side in SIDES for head in heads),
        ),
        rows=tuple(cells),
    )


def impact_map(rows: Sequence[Row], *, title: str) -> Figure:
    """Draw the map: frequency to the right, intensity up if positive and down if negative."""
    commenting = max((int(str(row["commenting_customers"])) for row in rows), default=0)
    return Figure(
        slug="impact-map",
        title=title,
        subtitle="Across: share of commenting customers who mention the touchpoint. Up: mean "
        "intensity of positive "
        "mentions; down: of negative ones (0–1). Area: impact = share × intensity. "
        f"n = {formats.number(commenting)} commenting customers",
        alt=f"Bubble map of {len(rows)} touchpoints, positive feeling above the line and negative "
        "below. "
        "Named bubbles are peaks; the table below lists every value.",
        source=SOURCE,
        spec=finished(_map_chart(_values(rows))),
        table=_table(rows),
        note="From comments alone; survey scores play no part. Positive and negative are never "
        "netted. "
        "Full colour and a name mark a peak: an impact whose lower 95% bound lies above the median "
        "touchpoint.",
    )


def _map_chart(values: Sequence[dict[str, object]]) -> alt.LayerChart:
    horizontal = (
        alt.X("share:Q")
        .axis(
            format=".0%",
            title="Mentioned by, share of commenting customers →",
            grid=True,
            tickCount=6,
        )
        .scale(
            domainMin=0,
            domainMax=1.08 * max((_share(row) for row in values), default=1.0),
            nice=True,
        )
    )
    vertical = (
        alt.Y("intensity:Q")
        .axis(
            labelExpr="format(abs(datum.value), '.1f')",
            title="← negative · intensity · positive →",
            tickCount=8,
        )
        .scale(domain=[-1, 1])
    )
    base = alt.Chart(inline(values)).encode(x=horizontal, y=vertical)
    zero = alt.Chart(inline([{"at": 0}])).mark_rule(color=MUTED).encode(y=alt.Y("at:Q"))
    bubbles = base.mark_circle(strokeWidth=1.5).encode(
        size=alt.Size("size:Q").scale(range=[30, 1500]).legend(None),
        color=alt.Color("side:N").scale(_SCALE).legend(None),
        stroke=alt.Stroke("side:N").scale(_SCALE).legend(None),
        opacity=alt.condition("datum.peak", alt.value(0.85), alt.value(0.22)),
        tooltip=[alt.Tooltip(f"{name}:N") for name in _TIPS],
    )
    names = (
        alt.Chart(inline(_labelled(values)))
        .mark_text(
            fontSize=12,
            fontWeight=600,
            color=INK,
            baseline="middle",
            dy=alt.expr("datum.shift"),
            # On a phone there is room for the strongest names only.
            opacity=alt.expr(f"width < 560 && datum.rank > {_NAMES_WHEN_NARROW} ? 0 : 1"),
            limit=170,
        )
        .encode(x=horizontal, y=vertical, text="Touchpoint:N")
    )
    return alt.layer(zero, bubbles, names).properties(width="container", height=2 * _HALF_HEIGHT)


def _share(row: dict[str, object]) -> float:
    return formats.as_number(row["share"]) or 0.0


def _labelled(values: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Place each peak's name where it covers no bubble and no other name."""
    widest = max((_share(row) for row in values), default=1.0) or 1.0

    def place(row: dict[str, object]) -> tuple[float, float]:
        return 850 * _share(row) / widest, -_HALF_HEIGHT * (
            formats.as_number(row["intensity"]) or 0.0
        )

    taken = [(*place(row), 18.0, 16.0) for row in values]
    labels = []
    ranks = {"Positive": 0, "Negative": 0}
    peaks = [row for row in values if row["peak"]]
    for row in sorted(peaks, key=lambda each: -(formats.as_number(each["size"]) or 0.0)):
        across, down = place(row)
        ranks[str(row["side"])] += 1
        outward = -1 if row["side"] == "Positive" else 1
        reach = 3.6 * len(str(row["Touchpoint"]))
        shift = next(
            (
                distance
                for distance in (
                    outward * 27,
                    -outward * 27,
                    outward * 42,
                    -outward * 42,
                    outward * 57,
                )
                if not _covers((across, down + distance, reach, 7.0), taken)
            ),
            outward * 27,
        )
        taken.append((across, down + shift, reach, 7.0))
        labels.append(row | {"shift": shift, "rank": ranks[str(row["side"])]})
    return labels


def _covers(
    box: tuple[float, float, float, float], others: Sequence[tuple[float, float, float, float]]
) -> bool:
    """Tell whether a box (centre and half sizes, in pixels) overlaps one of the others."""
    return any(
        abs(box[0] - x) < box[2] + wide and abs(box[1] - y) < box[3] + high
        for x, y, wide, high in others
    )


def impact_intervals(rows: Sequence[Row]) -> Figure:
    """Draw each touchpoint's two impacts with their bootstrap intervals, hardest felt first."""
    values = _values(rows)
    order = [str(row["touchpoint_name"]) for row in rows]
    return Figure(
        slug="impact-intervals",
        title="How sure we are of each impact",
        subtitle="Impact = share of customers × intensity; left negative, right positive; whisker "
        "= 95% interval "
        "(bootstrap by customer)",
        alt=f"Impact of {len(rows)} touchpoints with intervals, negative to the left and positive "
        "to the right.",
        source=SOURCE,
        spec=finished(_interval_chart(values, order)),
        table=_table(rows),
    )


def _interval_chart(values: Sequence[dict[str, object]], order: Sequence[str]) -> alt.LayerChart:
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("Touchpoint:N")
        .sort(list(order))
        .axis(title=None, labelLimit=150, labelColor=INK, labelFontSize=12)
    )
    axis = alt.Axis(
        labelExpr="format(abs(datum.value), '.2~f')",
        title="← negative impact · positive impact →",
        grid=True,
        tickCount=6,
    )
    tips = [alt.Tooltip(f"{name}:N") for name in _TIPS]
    color = alt.Color("side:N").scale(_SCALE).legend(None)
    strength = alt.condition("datum.peak", alt.value(1), alt.value(0.45))
    zero = alt.Chart(inline([{"at": 0}])).mark_rule(color=MUTED).encode(x=alt.X("at:Q").axis(axis))
    stem = base.mark_bar(height=3).encode(
        x=alt.X("impact:Q").axis(axis), color=color, opacity=strength, tooltip=tips
    )
    whisker = base.mark_rule(strokeWidth=1.5).encode(
        x="lower:Q", x2="upper:Q", color=alt.value(INK), tooltip=tips
    )
    head = base.mark_circle(size=110).encode(
        x="impact:Q", color=color, opacity=strength, tooltip=tips
    )
    edge = alt.Chart(inline([{"at": 0}])).mark_rule(color=LINE).encode(x="at:Q")
    return alt.layer(edge, zero, stem, head, whisker).properties(
        width="container", height=26 * len(order)
    )
