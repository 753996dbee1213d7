"""Slices of a journey that a reader may choose: one segment in one period, each with enough rows.

A slice is named ``segment|period``, the period being ``all`` or a month such as ``2026-05``. That
of a persona is named ``persona:name|all``: personas are not split by month. Pages are built with
every slice in them; the browser only shows one and hides the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reporting import formats
from reporting.behind import PERSONA
from reporting.published import PublishedMarts, Row

ALL = "all|all"
MOST_MONTHS = 12


def period_columns(marts: PublishedMarts, table: str) -> tuple[str, ...]:
    """Return the columns that name the period; none when the snapshot's table has no periods."""
    has = marts.has_column(table, "period_grain") and marts.has_column(table, "period_start")
    return ("period_grain", "period_start") if has else ()


def slice_of(row: Row) -> str:
    """Name the slice that a row belongs to; a row without a period is of all time."""
    start = row.get("period_start")
    month = row.get("period_grain") == "month" and isinstance(start, date)
    return f"{row['segment']}|{f'{start:%Y-%m}' if month else 'all'}"


def by_slice(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Collect the rows of each slice, everybody of all time first."""
    found: dict[str, list[Row]] = {ALL: []}
    for row in rows:
        found.setdefault(slice_of(row), []).append(row)
    return {name: found[name] for name in sorted(found, key=_order)}


def offered(sizes: dict[str, int], minimum: int) -> tuple[str, ...]:
    """Choose the slices to show: everybody, and what has ``minimum`` journeys in recent months."""
    months = sorted({name.split("|")[1] for name in sizes} - {"all"}, reverse=True)[:MOST_MONTHS]
    return tuple(
        name
        for name in sorted(sizes, key=_order)
        if name == ALL or (sizes[name] >= minimum and name.split("|")[1] in {"all", *months})
    )


def segments_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the segments that are offered over all time, everybody left out."""
    return tuple(
        dict.fromkeys(
            segment
            for segment, period in (name.split("|") for name in names)
            if period == "all" and segment != "all"
        )
    )


def choices(names: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """List the segments, personas and periods to choose from, as values with their words."""
    pairs = [name.split("|") for name in dict.fromkeys(names)]
    groups = sorted({segment for segment, _ in pairs} - {"all"})
    segments = [name for name in groups if not name.startswith(PERSONA)]
    personas = [name for name in groups if name.startswith(PERSONA)]
    months = sorted({period for _, period in pairs} - {"all"}, reverse=True)
    return {
        "segments": [("all", "All customers"), *((name, formats.label(name)) for name in segments)],
        "personas": [(name, formats.label(name.removeprefix(PERSONA))) for name in personas],
        "periods": [("all", "All time"), *((month, _month(month)) for month in months)],
    }


def size(rows: Sequence[Row], column: str) -> int:
    """Return the greatest value of a count column over the rows of a slice."""
    return max((int(formats.as_number(row[column]) or 0) for row in rows), default=0)


def _order(name: str) -> tuple[bool, bool, str]:
    segment, period = name.split("|")
    return (segment != "all", period != "all", name)


def _month(month: str) -> str:
    return formats.period(date.fromisoformat(f"{month}-01"), "month")
