"""How the numbers of a column are written: marks of decimals, thousands and currencies."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.draft.values import VALUES
from orchestration.extract.sql_text import literal

CURRENCY_MARKS = ("R$", "US$", "$", "€", "£", "¥", "₹", "EUR", "USD", "GBP", "BRL", "CHF", "INR")
# Spaces that do not break, which some systems put between thousands; removed like currency marks.
FIXED_SPACES = ("\u00a0", "\u202f")
# Below this share a column is text; what does not fit goes to quarantine and is reported.
FITTING_SHARE = 0.99
FIGURES = "^[+-]?\\s*[0-9][0-9., '\u00a0\u202f]*|\\s*[0-9][0-9., '\u00a0\u202f]*$"
SIGN = "[+-]?"
WHOLE = rf"{SIGN}[0-9]{{1,18}}"
ZERO_AHEAD = rf"{SIGN}0[0-9]+"
EXPONENT = r"([eE][+-]?[0-9]+)?"


@dataclass(frozen=True, kw_only=True)
class Marks:
    """A way of writing numbers."""

    decimal: str
    thousands: str

    @property
    def pattern(self) -> str:
        """Regular expression of a number written so; a thousands mark may be left out."""
        point = f"\\{self.decimal}"
        plain = rf"{SIGN}([0-9]+({point}[0-9]*)?|{point}[0-9]+){EXPONENT}"
        if not self.thousands:
            return plain
        group = f"\\{self.thousands}" if self.thousands in ".,'" else self.thousands
        return rf"({plain})|({SIGN}[1-9][0-9]{{0,2}}({group}[0-9]{{3}})+({point}[0-9]*)?)"


# The plainer way first.
WAYS = (
    Marks(decimal=".", thousands=""),
    Marks(decimal=",", thousands=""),
    Marks(decimal=".", thousands=","),
    Marks(decimal=",", thousands="."),
    Marks(decimal=".", thousands=" "),
    Marks(decimal=",", thousands=" "),
    Marks(decimal=".", thousands="'"),
)


@dataclass(frozen=True, kw_only=True)
class NumberGuess:
    """What a column's numbers are like.

    Attributes
    ----------
    ways
        Ways of writing that explain all sampled values and lead to different numbers.
    is_whole
        Whether every value is a whole number without marks.
    has_zero_ahead
        Whether a value begins with a zero that a number would lose.
    currency_marks
        Currency marks found, longest first.
    scale
        Most digits after the decimal mark, by the first way.
    smallest, largest
        By the first way.
    """

    ways: tuple[Marks, ...] = ()
    is_whole: bool = False
    has_zero_ahead: bool = False
    currency_marks: tuple[str, ...] = ()
    scale: int = 0
    smallest: float | None = None
    largest: float | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Whether the same values are different numbers in different ways of writing."""
        return len(self.ways) > 1

    def settled(self, decimal_mark: str | None) -> Marks | None:
        """Return the only way, or the first with ``decimal_mark``, or None."""
        if len(self.ways) == 1:
            return self.ways[0]
        return next((way for way in self.ways if way.decimal == decimal_mark), None)


def guess_numbers(connection: duckdb.DuckDBPyConnection) -> NumberGuess:
    """Guess how the numbers in `VALUES` are written; no way when they are no numbers."""
    marks = _currency_marks(connection)
    bare = bare_number(marks)
    counts = ", ".join(
        f"coalesce(sum(row_count) filter (regexp_full_match(bare, {literal(way.pattern)})), 0)"
        for way in WAYS
    )
    row = connection.execute(f"""
        with numbers as (select {bare} as bare, row_count from {VALUES})

        select
            sum(row_count),
            coalesce(sum(row_count) filter (regexp_full_match(bare, {literal(WHOLE)})), 0),
            coalesce(bool_or(regexp_full_match(bare, {literal(ZERO_AHEAD)})), false),
            {counts}
        from numbers
    """).fetchone()
    total, whole, zero_ahead, *fits = row or (0, 0, False)
    if not total:
        return NumberGuess()
    best = max(fits)
    if best < FITTING_SHARE * total:
        return NumberGuess()
    fitting = [way for way, count in zip(WAYS, fits, strict=True) if count == best]
    ways = _apart(connection, bare, fitting)
    scale, smallest, largest = _measures(connection, bare, ways[0])
    return NumberGuess(
        ways=ways,
        is_whole=whole == best and not marks,
        has_zero_ahead=zero_ahead,
        currency_marks=marks,
        scale=scale,
        smallest=smallest,
        largest=largest,
    )


def bare_number(marks: tuple[str, ...]) -> str:
    """Return the expression of ``value`` without currency marks."""
    bare = "value"
    for mark in marks:
        bare = f"replace({bare}, {literal(mark)}, '')"
    return f"trim({bare})"


def number_of(way: Marks, bare: str) -> str:
    """Return the expression of a number written in ``way``."""
    plain = f"replace({bare}, {literal(way.thousands)}, '')" if way.thousands else bare
    if way.decimal != ".":
        plain = f"translate({plain}, {literal('.' + way.decimal)}, '?.')"
    return f"try_cast({plain} as double)"


def _currency_marks(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the currency marks that stand before or after figures in most values."""
    spaces = [
        space
        for space in FIXED_SPACES
        if connection.execute(
            f"select 1 from {VALUES} where contains(value, {literal(space)}) limit 1"
        ).fetchone()
    ]
    found = connection.execute(f"""
        with marked as (
            select
                trim(regexp_replace(value, {literal(FIGURES)}, '')) as mark,
                row_count
            from {VALUES}
        )

        select distinct trim(mark, '+- \u00a0\u202f') as mark from marked
    """).fetchall()
    marks = {mark for (mark,) in found}
    return (*(mark for mark in CURRENCY_MARKS if mark in marks), *spaces)


def _apart(
    connection: duckdb.DuckDBPyConnection, bare: str, ways: list[Marks]
) -> tuple[Marks, ...]:
    """Leave out ways that read every value as an earlier one does."""
    kept = [ways[0]]
    for way in ways[1:]:
        differs = " and ".join(
            f"{number_of(way, bare)} is distinct from {number_of(other, bare)}" for other in kept
        )
        row = connection.execute(f"select 1 from {VALUES} where {differs} limit 1").fetchone()
        if row is not None:
            kept.append(way)
    return tuple(kept)


def _measures(
    connection: duckdb.DuckDBPyConnection, bare: str, way: Marks
) -> tuple[int, float | None, float | None]:
    row = connection.execute(f"""
        with numbers as (select {bare} as bare from {VALUES})

        select
            coalesce(max(length(regexp_extract(bare, {literal(f"[{way.decimal}]([0-9]*)$")}, 1))), 0),
            min({number_of(way, "bare")}),
            max({number_of(way, "bare")})
        from numbers
    """).fetchone()  # noqa: E501
    return row or (0, None, None)
