"""Which form the dates and times of a column are written in.

Forms are told by elimination: every form that could have produced the commonest shapes is tried on
all sampled values with the loader's own expression. One that survives is the answer; several mean
that the values do not tell, which is said and never settled by preference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import duckdb

from orchestration.draft.values import VALUES, share_that_fits
from orchestration.extract.shapes import ColumnContract
from orchestration.extract.sql_text import literal

DATE_ORDERS = ("dmy", "mdy", "ymd")
# More shapes than this are no dates but texts that hold digits.
MOST_SHAPES = 60
MOST_FORMATS = 4
# Below this share a column is text; what does not fit goes to quarantine and is reported.
FITTING_SHARE = 0.99

DIRECTIVES = {
    "%d": r"[0-9]{1,2}", "%m": r"[0-9]{1,2}", "%Y": r"[0-9]{4}", "%y": r"[0-9]{2}",
    "%b": r"[A-Za-z]{3}", "%B": r"[A-Za-z]{3,9}", "%a": r"[A-Za-z]{3}",
    "%H": r"[0-9]{1,2}", "%I": r"[0-9]{1,2}", "%M": r"[0-9]{2}", "%S": r"[0-9]{2}",
    "%f": r"[0-9]{1,6}", "%p": r"[AaPp][Mm]", "%z": r"[+-][0-9]{2}(?::?[0-9]{2})?",
    "%Z": r"(?:UTC|GMT)",
}  # fmt: skip
NUMERIC_DAYS = tuple(
    mark.join(parts)
    for mark in ("/", ".", "-")
    for parts in (
        ("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%Y", "%m", "%d"),
        ("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d"),
    )
)  # fmt: skip
NAMED_DAYS = tuple(
    pattern.replace("%B", month)
    for month in ("%B", "%b")
    for pattern in (
        "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d-%B-%Y", "%d-%B-%y", "%d %B %y", "%Y-%B-%d",
        "%d. %B %Y",
    )
)  # fmt: skip
CLOCKS = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p",
)  # fmt: skip
DAYS = (*NUMERIC_DAYS, *NAMED_DAYS)
# What may follow the day: nothing, or a clock with or without a zone.
ENDINGS = (
    "",
    *("".join(parts) for parts in product((" ", "T", ", "), CLOCKS, ("", "%z", " %z", " %Z"))),
)
# Forms that are more than a day and a clock.
WHOLE_FORMS = (
    "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z", "%a %b %d %H:%M:%S %z %Y",
    "%a %b %d %H:%M:%S %Y", "%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S",
)  # fmt: skip
ISO_SHAPE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}.*)?"
OFFSET = r"([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to read a column's dates.

    Attributes
    ----------
    type
        ``date`` or ``timestamp``.
    formats
        As a contract states them; none is ISO 8601.
    order
        ``dmy``, ``mdy``, ``ymd``, or empty where month names or ISO leave no choice.
    has_offset
        Whether every value carries its own offset, so that the time zone is known.
    """

    type: str
    formats: tuple[str, ...]
    order: str = ""
    has_offset: bool = False


@dataclass(frozen=True, kw_only=True)
class DateGuess:
    """The readings that fit all sampled values: none, one, or several that the values allow."""

    readings: tuple[Reading, ...] = ()
    example: str = ""

    @property
    def is_ambiguous(self) -> bool:
        """Whether the values allow more than one reading."""
        return len(self.readings) > 1

    def settled(self, order: str | None) -> Reading | None:
        """Return the only reading, or the one of ``order``, or None."""
        if len(self.readings) == 1:
            return self.readings[0]
        return next((reading for reading in self.readings if reading.order == order), None)


def guess_dates(connection: duckdb.DuckDBPyConnection) -> DateGuess:
    """Guess the form of the dates in `VALUES`."""
    examples = _examples(connection)
    if not examples or len(examples) > MOST_SHAPES or not looks_like_a_time(examples[0]):
        return DateGuess()
    iso = _iso_reading(connection, examples)
    if iso is not None:
        return DateGuess(readings=(iso,), example=examples[0])
    found = [
        fit
        for order, forms in _families(examples).items()
        if (fit := _confirmed(connection, order, forms)) is not None
    ]
    # A reading that explains every value beats one that leaves some to quarantine.
    best = max((share for share, _ in found), default=0.0)
    if best == 1.0:
        found = [(share, reading) for share, reading in found if share == best]
    return DateGuess(readings=tuple(reading for _, reading in found), example=examples[0])


def looks_like_a_time(example: str) -> bool:
    """Return whether ``example`` is written like a date or a time in any known form."""
    return re.fullmatch(ISO_SHAPE, example) is not None or bool(forms_of(example))


def forms_of(example: str) -> list[str]:
    """Return every form that could have written ``example``."""
    forms = [form for form in WHOLE_FORMS if _regex(form).fullmatch(example)]
    for day in DAYS:
        begins = _regex(day).match(example)
        if begins is not None:
            rest = example[begins.end() :]
            forms += [day + ending for ending in ENDINGS if _regex(ending).fullmatch(rest)]
    return forms


def form_order(form: str) -> str:
    """Return the order of day, month and year that ``form`` states, empty when names settle it."""
    if "%b" in form or "%B" in form or form in WHOLE_FORMS:
        return ""
    return "".join(re.findall(r"%([dmYy])", form)).lower()


def _examples(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return one value of each shape, the commonest first; a few more than dates ever have."""
    shape = "regexp_replace(regexp_replace(value, '[0-9]', '9', 'g'), '[[:alpha:]]+', 'a', 'g')"
    found = connection.execute(f"""
        select arg_max(value, (row_count, value)) as example
        from {VALUES}
        group by {shape}
        order by sum(row_count) desc, example
        limit {MOST_SHAPES + 1}
    """).fetchall()
    return [example for (example,) in found]


def _iso_reading(connection: duckdb.DuckDBPyConnection, examples: Sequence[str]) -> Reading | None:
    if not re.fullmatch(ISO_SHAPE, examples[0]):
        return None
    kind = "timestamp" if any(len(example) > 10 for example in examples) else "date"
    column = ColumnContract(name="value", type=kind)
    if share_that_fits(connection, column, also=_matches(ISO_SHAPE)) < FITTING_SHARE:
        return None
    row = connection.execute(
        f"select bool_and(length(value) > 10 and regexp_matches(value, {literal(OFFSET)})) "
        f"from {VALUES} where {_matches(ISO_SHAPE)}"
    ).fetchone()
    return Reading(type=kind, formats=(), has_offset=bool(row and row[0]))


def _families(examples: Sequence[str]) -> dict[str, list[str]]:
    """Return the forms that could have written the examples, by their order of day and month."""
    families: dict[str, list[str]] = {}
    for example in examples:
        for form in forms_of(example):
            known = families.setdefault(form_order(form), [])
            if form not in known:
                known.append(form)
    return families


def _confirmed(
    connection: duckdb.DuckDBPyConnection, order: str, forms: Sequence[str]
) -> tuple[float, Reading] | None:
    """Return the reading by those of ``forms`` that are needed, with the share that it fits."""
    needed = [form for form in forms if _is_used(connection, form)]
    # The engine's %Y takes two digits for a year of the first century: the short year goes first.
    needed.sort(key=lambda form: "%Y" in form)
    if not needed or len(needed) > MOST_FORMATS:
        return None
    has_clock = any("%H" in form or "%I" in form for form in needed)
    column = ColumnContract(
        name="value", type="timestamp" if has_clock else "date", formats=tuple(needed)
    )
    shape = "|".join(f"(?:{_regex(form).pattern})" for form in needed)
    share = share_that_fits(connection, column, also=_matches(shape))
    if share < FITTING_SHARE:
        return None
    zoned = all("%z" in form or "%Z" in form for form in needed)
    return share, Reading(type=column.type, formats=column.formats, order=order, has_offset=zoned)


def _is_used(connection: duckdb.DuckDBPyConnection, form: str) -> bool:
    """Return whether any value of the form's shape is a date in it."""
    row = connection.execute(
        f"select 1 from {VALUES} where {_matches(_regex(form).pattern)} "
        f"and try_strptime(value, {literal(form)}) is not null limit 1"
    ).fetchone()
    return row is not None


def _matches(pattern: str) -> str:
    return f"regexp_full_match(value, {literal(pattern)})"


@cache
def _regex(form: str) -> re.Pattern[str]:
    # Without marks between them, day and month have two digits each.
    digits = "[0-9]{2}" if "%m%d" in form else None
    parts = re.split(r"(%\w)", form)
    return re.compile(
        "".join(
            digits
            if digits and part in ("%d", "%m", "%H")
            else DIRECTIVES.get(part) or re.escape(part)
            for part in parts
        )
    )
