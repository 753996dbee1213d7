"""Names and values as SQL text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

SqlValue = str | int | float | bool | Decimal | dt.date | dt.datetime | None


def identifier(name: str) -> str:
    """Return ``name`` quoted, so that any column of any file can be named."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: SqlValue) -> str:
    """Return ``value`` as an SQL literal.

    For parts of expressions that the engine must know when it plans, such as a list of formats;
    single values of a statement are passed as parameters.

    Raises
    ------
    TypeError
        For a value of any other type.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, float):
        return f"cast('{value!r}' as double)"
    if isinstance(value, dt.datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    message = f"{value!r} of type {type(value).__name__} has no SQL literal"
    raise TypeError(message)


def literals(values: Iterable[SqlValue]) -> str:
    """Return ``values`` as SQL literals with commas between."""
    return ", ".join(literal(value) for value in values)
