"""SQL expressions that say what is wrong with a row.

A row's faults are a list of structs, null for a sound row. The list is built only for rows that
fail one test over all columns, so sound rows pay for the test alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestration.extract.shapes import ColumnContract, Scalar, StreamContract
from orchestration.extract.sql_text import SqlValue, identifier, literal, literals

REASONS = (
    "missing_value", "bad_type", "out_of_range", "not_allowed", "bad_pattern", "in_future",
    "duplicate_key", "malformed_row", "bad_encoding",
)  # fmt: skip
# Stands in front of each byte that the file's encoding does not know. A noncharacter of Unicode,
# which no text meant for exchange holds, so that it cannot be mistaken for something in the file.
BAD_BYTE_MARK = "\ufdd0"
# True, and said so that the engine cannot know. Else it moves a condition on the faults down to the
# file, with the typed values written out in each check, and computes each value again and again.
ALWAYS = "random() >= 0"
NO_FAULTS = "cast(null as struct(column_name varchar, reason_code varchar, message varchar, value varchar)[])"  # noqa: E501


@dataclass(frozen=True, kw_only=True)
class Field:
    """A contract column together with the expressions of what the file holds for it.

    Attributes
    ----------
    source
        Expression of the value as it stands in the file.
    value
        Expression of the typed value.
    """

    column: ColumnContract
    source: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One way in which a row can fail.

    Attributes
    ----------
    fails
        Expression, true for a row that fails; null counts as passing.
    reason_code
        One of `REASONS`.
    message
        What is allowed and what to do; holds no data.
    column_name
        Column at fault, null for the row as a whole.
    value
        Expression of the value at fault, as text.
    """

    fails: str
    reason_code: str
    message: str
    column_name: str | None = None
    value: str = "null"

    def __post_init__(self) -> None:
        if self.reason_code not in REASONS:
            message = f"reason code {self.reason_code!r} is not one of {', '.join(REASONS)}"
            raise ValueError(message)


def column_checks(
    field: Field, *, is_key: bool, may_lack: str, latest: dt.datetime, bad_bytes: bool
) -> list[Check]:
    """Return the checks that one column's contract asks for.

    Parameters
    ----------
    field
        The column.
    is_key
        Whether it is part of the key and therefore needs a value.
    may_lack
        Expression of whether the row needs no values but its key's, or ``false``.
    latest
        UTC; a time after it is in the future.
    bad_bytes
        Whether the file is known to hold bytes that its encoding does not know.
    """
    column = field.column
    checks: list[Check] = []

    def add(fails: str, reason_code: str, message: str) -> None:
        checks.append(
            Check(
                fails=fails,
                reason_code=reason_code,
                message=f"{column.source_name}: {message}",
                column_name=column.name,
                value=f"cast({field.source} as varchar)",
            )
        )

    if bad_bytes:
        add(
            f"contains(cast({field.source} as varchar), {literal(BAD_BYTE_MARK)})",
            "bad_encoding",
            "holds bytes that the encoding does not know, shown as \\x..; export the file again in "
            "the contract's encoding, or name its true one there",
        )
    if column.required or is_key:
        role = "part of the key" if is_key else "required"
        empty = f"{field.source} is null"
        if not is_key and may_lack != "false":
            empty += f" and not {may_lack}"
        add(empty, "missing_value", f"is empty but {role}; supply a value")
    if column.type != "string":
        add(
            f"{field.source} is not null and {field.value} is null",
            "bad_type",
            f"is no {_kind(column)}; correct it, or the contract's type or formats",
        )
    if column.allowed:
        add(
            f"{field.value} not in ({literals(_cast_bound(column, v) for v in column.allowed)})",
            "not_allowed",
            f"is not among the allowed values {', '.join(map(str, column.allowed))}; correct it, "
            "or add the value to the contract",
        )
    if column.pattern is not None:
        add(
            f"not regexp_full_match(cast({field.value} as varchar), {literal(column.pattern)})",
            "bad_pattern",
            f"does not match the pattern {column.pattern}; correct it, or the contract's pattern",
        )
    bounds = _outside(column, field.value)
    if bounds:
        add(
            bounds,
            "out_of_range",
            f"must lie {_range(column)}; correct it, or the contract's bounds",
        )
    if column.type in ("date", "timestamp") and not column.may_be_future:
        add(
            f"{field.value} > {literal(latest)}",
            "in_future",
            "lies more than a day after the file arrived; correct the date or its format, or say "
            "may_be_future in the contract",
        )
    return checks


def is_deletion(contract: StreamContract, values: Mapping[str, str] | None = None) -> str:
    """Return the expression of whether a row says that the record of its key was deleted.

    Parameters
    ----------
    values
        Expressions of the typed columns; their names when not given.
    """
    if contract.deleted is None:
        return "false"
    column = next(c for c in contract.columns if c.name == contract.deleted.column)
    value = values[column.name] if values else identifier(column.name)
    meant = literals(_cast_bound(column, meant) for meant in contract.deleted.values)
    return f"coalesce({value} in ({meant}), false)"


def faults(checks: Sequence[Check]) -> str:
    """Return the expression of a row's list of faults, null for a sound row."""
    if not checks:
        return NO_FAULTS
    any_fails = " or ".join(f"({check.fails})" for check in checks)
    entries = ", ".join(
        f"case when {check.fails} then {{'column_name': {literal(check.column_name)}, "
        f"'reason_code': {literal(check.reason_code)}, 'message': {literal(check.message)}, "
        f"'value': {check.value}}} end"
        for check in checks
    )
    found = f"list_filter([{entries}], lambda fault: fault is not null)"
    return f"case when coalesce({any_fails}, false) and {ALWAYS} then {found} end"


def _outside(column: ColumnContract, value: str) -> str:
    tests = []
    if column.minimum is not None:
        tests.append(f"{value} < {literal(_cast_bound(column, column.minimum))}")
    if column.maximum is not None:
        tests.append(f"{value} > {literal(_cast_bound(column, column.maximum))}")
    return " or ".join(tests)


def _range(column: ColumnContract) -> str:
    if column.minimum is None:
        return f"at or below {column.maximum}"
    if column.maximum is None:
        return f"at or above {column.minimum}"
    return f"between {column.minimum} and {column.maximum}"


def _cast_bound(column: ColumnContract, bound: Scalar) -> SqlValue:
    """Return ``bound`` as YAML gives it, dates written as text turned into dates."""
    if column.type == "string":
        return str(bound)
    if isinstance(bound, str) and column.type == "date":
        return dt.date.fromisoformat(bound)
    if isinstance(bound, str) and column.type == "timestamp":
        return dt.datetime.fromisoformat(bound)
    return bound


def _kind(column: ColumnContract) -> str:
    if column.formats:
        return f"{column.type} in the form {' or '.join(column.formats)}"
    kinds = {
        "integer": "whole number",
        "decimal": f"number with the mark {column.decimal_mark!r}",
        "double": f"number with the mark {column.decimal_mark!r}",
        "boolean": "truth value such as true, false, yes, no, 1, 0",
        "date": "date as YYYY-MM-DD",
        "timestamp": "time as YYYY-MM-DD HH:MM:SS",
        "json": "valid JSON",
    }
    return kinds[column.type]


def quoted_list(names: Iterable[str]) -> str:
    """Return column names quoted, with commas between."""
    return ", ".join(identifier(name) for name in names)
