"""Sections of a page: one question each, answered by a table and, where it helps, a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reporting import formats
from reporting.charts.figure import Figure, Table
from reporting.page import Context
from reporting.published import Row, Selection

Columns = Sequence[tuple[str, Callable[[Row], str]]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section.

    Parameters
    ----------
    slug
        Anchor on the page.
    title, measure
        The question, and what is counted and how.
    source
        Tables that it was read from.
    absence
        Why there is nothing to show; None when there is.
    table
        The figures; None when a chart brings its own.
    figure
        The chart above them.
    note
        Counting rule or caveat.
    """

    slug: str
    title: str
    measure: str
    source: str
    absence: str | None
    table: Table | None = None
    figure: Figure | None = None
    note: str = ""


def section(
    found: Selection,
    columns: Columns = (),
    *,
    slug: str,
    title: str,
    measure: str,
    note: str = "",
    figure: Figure | None = None,
) -> Section:
    """Make a section of the rows found, or of the reason why there are none.

    Without columns the chart brings its own table and chooses which of the rows it draws.
    """
    table = Table(
        headers=tuple(header for header, _ in columns),
        rows=tuple(tuple(cell(row) for _, cell in columns) for row in found.rows),
    )
    if columns and found.left_out:
        shown = f"Shown: {formats.number(len(found.rows))} of {formats.number(found.total)} rows. "
        note = f"{shown}{note}"
    return Section(
        slug=slug, title=title, measure=measure, source=found.table, absence=found.absence,
        table=table if found and columns else None, figure=figure if found else None, note=note,
    )  # fmt: skip


def page_of(
    context: Context, questions: Sequence[Callable[[Context], Section]]
) -> dict[str, object]:
    """Answer the questions of a page; it has nothing to show when none of them can be answered."""
    sections = tuple(answer(context) for answer in questions)
    empty = all(part.absence for part in sections)
    return {"absence": sections[0].absence if empty else None, "sections": sections}


def number(column: str, digits: int = 0) -> Callable[[Row], str]:
    """Show a count or plain number."""
    return lambda row: formats.number(row[column], digits)


def percent(column: str, digits: int = 0) -> Callable[[Row], str]:
    """Show a share."""
    return lambda row: formats.percent(row[column], digits)


def hours(column: str) -> Callable[[Row], str]:
    """Show a duration."""
    return lambda row: formats.hours(row[column])


def money(column: str, digits: int = 0) -> Callable[[Row], str]:
    """Show an amount in the currency of its row."""
    return lambda row: formats.money(row[column], row["currency"], digits)


def words(column: str, whole: str = "All") -> Callable[[Row], str]:
    """Show an identifier in words; ``all`` and ``any`` as the given name."""
    return lambda row: whole if row[column] in {"all", "any"} else formats.label(row[column])


def rate(
    column: str, lower: str, upper: str, few: str, *, few_when: bool = True
) -> Callable[[Row], str]:
    """Show a share with its 95% interval, or that too few are behind it."""

    def cell(row: Row) -> str:
        if row[column] is None:
            return formats.NOTHING
        if row[few] is few_when:
            return formats.TOO_FEW
        return f"{formats.percent(row[column])} ({formats.interval(row[lower], row[upper])})"

    return cell


def based(column: str, base: str, minimum: int) -> Callable[[Row], str]:
    """Show a share with the number behind it, or that the number is too small."""

    def cell(row: Row) -> str:
        count = formats.as_number(row[base]) or 0
        if row[column] is None or not count:
            return formats.NOTHING
        if count < minimum:
            return f"{formats.TOO_FEW} (n {formats.number(count)})"
        return f"{formats.percent(row[column])} (n {formats.number(count)})"

    return cell
