"""How far a stream has been fetched: values of a cursor, kept as readable JSON and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orchestration.extract.fetch.plans import Cursor
from orchestration.extract.fetch.secrets import FetchError

# Seconds, days, units: rows that were being written while their neighbours were fetched.
DEFAULT_OVERLAP: Mapping[str, float] = {
    "timestamp": 600,
    "date": 1,
    "integer": 1_000,
    "decimal": 0,
    "text": 0,
}
# A text may name a person, so it appears in no message and in no file's name.
SHOWABLE = ("timestamp", "date", "integer", "decimal")


def type_of(value: object) -> str:
    """Return the type of a cursor's value, a key of `DEFAULT_OVERLAP`.

    Raises
    ------
    FetchError
        For a value that has no order to go on by.
    """
    match value:
        case bool():
            pass
        case dt.datetime():
            return "timestamp"
        case dt.date():
            return "date"
        case int():
            return "integer"
        case Decimal():
            return "decimal"
        case str():
            return "text"
    message = (
        f"the cursor holds a value of type {type(value).__name__}; a cursor is a timestamp, a "
        "date, a number without fraction or a text that only grows"
    )
    raise FetchError(message)


def encode(value: Cursor) -> dict[str, str]:
    """Return ``value`` for a JSON file."""
    kind = type_of(value)
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    return {"type": kind, "value": text}


def decode(stored: Mapping[str, Any]) -> Cursor:
    """Return the value that `encode` stored."""
    return parse(str(stored["type"]), str(stored["value"]))


def parse(kind: str, text: str) -> Cursor:
    """Return ``text`` as a value of the given type.

    Raises
    ------
    FetchError
        When it is none.
    """
    try:
        match kind:
            case "timestamp":
                return dt.datetime.fromisoformat(text)
            case "date":
                return dt.date.fromisoformat(text)
            case "integer":
                return int(text)
            case "decimal":
                return Decimal(text)
            case _:
                return text
    except (ValueError, ArithmeticError) as error:
        message = f"{text!r} is no {kind}; write it like {_example(kind)}"
        raise FetchError(message) from error


def as_type_of(given: Cursor, kind: str) -> Cursor:
    """Return a value from a contract or the command line as the cursor's own type."""
    if type_of(given) == kind:
        return given
    if kind == "timestamp" and isinstance(given, dt.date):
        return dt.datetime(given.year, given.month, given.day)  # noqa: DTZ001  # as the column is
    return parse(kind, given.isoformat() if isinstance(given, dt.date) else str(given))


def looked_back(value: Cursor, overlap: float | None) -> Cursor:
    """Return where a fetch begins, so that rows committed late are met."""
    kind = type_of(value)
    back = DEFAULT_OVERLAP[kind] if overlap is None else overlap
    if isinstance(value, dt.datetime):
        return value - dt.timedelta(seconds=back)
    if isinstance(value, dt.date):
        return value - dt.timedelta(days=back)
    if isinstance(value, str):
        return value
    return value - (int(back) if isinstance(value, int) else Decimal(str(back)))


def precedes(left: Cursor, right: Cursor) -> bool:
    """Return whether ``left`` comes before ``right``; times without zone count as UTC."""
    return bool(_comparable(left) < _comparable(right))


def shown(value: Cursor | None) -> str:
    """Return ``value`` for a person to read; a text is not shown, since it may name somebody."""
    if value is None:
        return "none"
    if type_of(value) not in SHOWABLE:
        return "a text"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _comparable(value: Cursor) -> Any:
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return value


def _example(kind: str) -> str:
    return {"timestamp": "2026-06-30T05:00:00", "date": "2026-06-30", "integer": "1000"}.get(
        kind, "10.50"
    )
