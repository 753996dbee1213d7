"""What customers talk about, and how it feels."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reporting import formats
from reporting.charts.figure import INK, MUTED, NEGATIVE, POSITIVE, Figure, Table, finished, inline
from reporting.published import Row


def sentiment_by_theme(rows: Sequence[Row], *, total: int) -> Figure:
    """Draw the share of negative and of positive comments of each theme, most discussed first."""
    values: list[dict[str, object]] = [
        {
            "theme": str(row["theme_name"]),
            "side": side,
            "share": (formats.as_number(row[column]) or 0) * (1 if side == "Positive" else -1),
            "Share": formats.percent(row[column]),
            "Comments": formats.number(row["comments"]),
            "Customers": formats.number(row["respondents"]),
        }
        for row in rows
        for side, column in (("Negative", "negative_share"), ("Positive", "positive_share"))
    ]
    return Figure(
        slug="theme-sentiment",
        title="How each theme feels",
        subtitle="Share of a theme's comments that are negative (left) and positive (right); the "
        "rest is neutral; themes by volume",
        alt="Diverging bars: "
        + ", ".join(
            f"{row['theme_name']} {formats.percent(row['negative_share'])} negative" for row in rows
        )
        + ".",
        source="marts.mart_themes",
        spec=finished(_chart(values, [str(row["theme_name"]) for row in rows])),
        table=Table(
            headers=("Theme", "Comments", "Customers", "Negative", "Positive"),
            rows=tuple(
                (
                    str(row["theme_name"]),
                    formats.number(row["comments"]),
                    formats.number(row["respondents"]),
                    formats.percent(row["negative_share"]),
                    formats.percent(row["positive_share"]),
                )
                for row in rows
            ),
        ),
        note=f"The {len(rows)} most discussed of {total} themes with enough comments. A comment "
        "may carry several "
        "themes."
        if total > len(rows)
        else "A comment may carry several themes.",
    )


def _chart(values: Sequence[dict[str, object]], order: Sequence[str]) -> alt.LayerChart:
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("theme:N")
        .sort(list(order))
        .axis(title=None, labelLimit=170, labelColor=INK, labelFontSize=12),
        x=alt.X("share:Q")
        .axis(labelExpr="format(abs(datum.value), '.0%')", title=None, grid=True, tickCount=7)
        .scale(domain=[-1, 1]),
    )
    tips = [
        alt.Tooltip("theme:N", title="Theme"),
        alt.Tooltip("side:N", title="Feeling"),
        *(alt.Tooltip(f"{name}:N") for name in ("Share", "Comments", "Customers")),
    ]
    bars = base.mark_bar(height={"band": 0.72}).encode(
        color=alt.Color("side:N").scale(
            domain=["Negative", "Positive"], range=[NEGATIVE, POSITIVE]
        ),
        tooltip=tips,
    )
    zero = alt.Chart(inline([{"at": 0}])).mark_rule(color=MUTED).encode(x="at:Q")
    return alt.layer(bars, zero).properties(width="container", height=26 * len(order))
