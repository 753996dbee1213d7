"""Charts of the service page and the money page."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reporting import formats
from reporting.charts.figure import (
    ACCENT,
    INK,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    Figure,
    Table,
    finished,
    inline,
)  # fmt: skip
from reporting.published import Row

_STEPS = (
    ("Start", "start_mrr_amount", 0),
    ("New", "new_mrr_amount", 1),
    ("Came back", "reactivated_mrr_amount", 1),
    ("Pay more", "expansion_mrr_amount", 1),
    ("Pay less", "contraction_mrr_amount", -1),
    ("Lost", "lost_mrr_amount", -1),
    ("End", "end_mrr_amount", 0),
)


def backlog(rows: Sequence[Row]) -> Figure:
    """Draw how many tickets were open at the end of each day; rows of ``mart_service_backlog``."""
    values: list[dict[str, object]] = [
        {
            "day": str(row["calendar_date"])[:10],
            "open": formats.as_number(row["open_at_end"]),
            "Day": formats.day(row["calendar_date"]),
            "Open": formats.number(row["open_at_end"]),
        }
        for row in rows
    ]
    horizontal = alt.X("day:T").scale(type="utc").axis(format="%d %b", title=None, tickCount=8)
    base = alt.Chart(inline(values)).encode(x=horizontal)
    vertical = alt.Y("open:Q").axis(title=None, tickCount=5)
    area = base.mark_area(opacity=0.16, color=ACCENT).encode(y=vertical)
    tips = [alt.Tooltip("Day:N"), alt.Tooltip("Open:N")]
    line = base.mark_line(color=ACCENT, strokeWidth=2).encode(y=vertical, tooltip=tips)
    last = rows[-1]
    return Figure(
        slug="backlog-by-day",
        title=f"{formats.number(last['open_at_end'])} tickets were open on "
        f"{formats.day(last['calendar_date'])}",
        subtitle="Open tickets at the end of each day, all teams",
        alt=f"Area of open tickets over {len(rows)} days, from "
        f"{formats.number(rows[0]['open_at_end'])} to {formats.number(last['open_at_end'])}.",
        source="marts.mart_service_backlog",
        spec=finished(alt.layer(area, line).properties(width="container", height=220)),
        table=Table(
            headers=("Day", "Opened", "Reopened", "Solved", "Open at the end", "Median age, days"),
            rows=tuple(
                (
                    formats.day(row["calendar_date"]),
                    *(
                        formats.number(row[name])
                        for name in ("opened", "reopened", "solved", "open_at_end")
                    ),
                    formats.number(row["age_days_p50"], 1),
                )
                for row in rows
            ),
        ),
    )


def waterfall(row: Row) -> Figure:
    """Draw what became of monthly recurring revenue in one period of ``mart_retention``."""
    level = 0.0
    values: list[dict[str, object]] = []
    for name, column, sign in _STEPS:
        amount = formats.as_number(row[column]) or 0.0
        low, high = (0.0, amount) if sign == 0 else sorted((level, level + sign * amount))
        level = amount if sign == 0 else level + sign * amount
        values.append(
            {
                "step": name,
                "low": low,
                "high": high,
                "kind": {0: "level", 1: "gain", -1: "loss"}[sign],
                "Amount": _amount(row, column, sign),
            }
        )
    order = [name for name, _, _ in _STEPS]
    base = alt.Chart(inline(values)).encode(
        x=alt.X("step:N").sort(order).axis(title=None, labelAngle=0)
    )
    colours = alt.Scale(domain=["level", "gain", "loss"], range=[NEUTRAL, POSITIVE, NEGATIVE])
    tips = [alt.Tooltip("step:N", title="What"), alt.Tooltip("Amount:N")]
    bars = base.mark_bar(size=46, cornerRadius=2).encode(
        y=alt.Y("low:Q").axis(title=None, tickCount=5, format="~s"),
        y2="high:Q",
        color=alt.Color("kind:N").scale(colours).legend(None),
        tooltip=tips,
    )
    text = base.mark_text(dy=-9, color=INK, fontSize=12).encode(y="high:Q", text="Amount:N")
    period = f"{formats.day(row['period_start'])} to {formats.day(row['period_end'])}"
    return Figure(
        slug="revenue-waterfall",
        title="What became of monthly recurring revenue",
        subtitle=f"{period}, all customers with subscriptions, {row['currency']}",
        alt="Waterfall: "
        + ", ".join(f"{name} {_amount(row, column, sign)}" for name, column, sign in _STEPS)
        + ".",
        source="marts.mart_retention",
        spec=finished(alt.layer(bars, text).properties(width="container", height=280)),
        table=Table(
            headers=("What", "Amount"),
            rows=tuple((name, _amount(row, column, sign)) for name, column, sign in _STEPS),
        ),
        note="Start + new + came back + pay more − pay less − lost = end.",
    )


def _amount(row: Row, column: str, sign: int) -> str:
    text = formats.short_money(row[column], row["currency"])
    return f"{'' if sign == 0 else '+' if sign > 0 else formats.MINUS}{text}"
