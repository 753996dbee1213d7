"""SQL expressions that turn what stands in a file into a typed value, or null when it does not fit.

Engine casts are kinder than a contract: ``'5.6'`` becomes the integer 6, ``'1_0'`` becomes 10, an
offset behind a timestamp is dropped, ``'epoch'`` is a date. The expressions here close those doors.
"""

from __future__ import annotations

from itertools import groupby

from orchestration.extract.shapes import ColumnContract, ContractError
from orchestration.extract.sql_text import literal, literals

TEXT = "VARCHAR"
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
FRACTIONS = ("FLOAT", "DOUBLE")
ISO = "iso"
# Cells of a workbook: text, or the text of the number that stands for a value.
EXCEL, EXCEL_1904 = "EXCEL", "EXCEL 1904"
PLAIN_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
DAYS_FROM_1900_TO_1904 = 1462
# Excel takes 1900 for a leap year: day 60 never was, and those before it count from a day later.
LEAP_DAY_THAT_WAS_NOT = 60
LATEST_EXCEL_DAY = 2_958_465
EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
# Beyond the year 9999 the engine can hold times that no reader of the marts can.
LATEST_EPOCH_MICROSECONDS = 253_402_300_799_000_000

ISO_OFFSET = r":[0-9]{2}(\.[0-9]+)?\s*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$"
OFFSET_AFTER_MINUTES = r"([T ][0-9]{1,2}:[0-9]{2})\s*([zZ]|[+-][0-9:]+)$"
SPACE_BEFORE_OFFSET = r"\s+([zZ]|[+-][0-9:]+)$"
# Exports put a space, often one that does not break, between a number and its currency.
SPACES = " \t\u00a0\u202f"
WHOLE_NUMBER = r"\s*[+-]?[0-9]+(\.0*)?\s*"


def raw_type(column: ColumnContract) -> str:
    """Return the type of ``column`` in ``raw``."""
    return {
        "string": "VARCHAR",
        "integer": "BIGINT",
        "decimal": f"DECIMAL(18,{column.scale})",
        "double": "DOUBLE",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "json": "JSON",
    }[column.type]


def typed(column: ColumnContract, source: str, source_type: str, timezone: str) -> str:
    """Return the expression of ``column``'s value.

    Parameters
    ----------
    source
        Expression of what stands in the file, null where nothing does.
    source_type
        Its type in the engine: ``VARCHAR`` for text files, whatever a Parquet file holds otherwise.
    timezone
        Zone of times that carry none.
    """
    if source_type in (EXCEL, EXCEL_1904):
        as_text = typed(column, source, TEXT, timezone)
        return _from_cell(column, source, source_type, timezone, as_text)
    if source_type != TEXT:
        direct = _from_engine_type(column, source, source_type, timezone)
        if direct is not None:
            return direct
        source = f"cast({source} as varchar)"
    match column.type:
        case "string":
            return source
        case "integer":
            return _integer(_plain_number(column, source))
        case "decimal":
            return _number(_plain_number(column, source), raw_type(column))
        case "double":
            value = _number(_plain_number(column, source), "DOUBLE")
            return f"case when isfinite({value}) then {value} end"
        case "boolean":
            # Spaces are rare, and taking them away costs more than the cast.
            return f"coalesce(try_cast({source} as boolean), try_cast(trim({source}) as boolean))"
        case "date":
            return _date(column, source)
        case "timestamp":
            return _timestamp(column, source, timezone)
        case _:
            return f"try_cast({source} as json)"


def _from_engine_type(
    column: ColumnContract, source: str, source_type: str, timezone: str
) -> str | None:
    """Return the expression for a column that a Parquet file types already, or None."""
    naive = source_type in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
    match column.type:
        case "integer" if source_type in INTEGERS:
            return f"cast({source} as bigint)"
        case "integer" if source_type in FRACTIONS or source_type.startswith("DECIMAL"):
            return f"case when {source} = trunc({source}) then try_cast({source} as bigint) end"
        case "decimal" if source_type in (*INTEGERS, *FRACTIONS) or source_type.startswith("DECI"):
            return f"try_cast({source} as {raw_type(column)})"
        case "double" if source_type in (*INTEGERS, *FRACTIONS):
            return f"case when isfinite(cast({source} as double)) then cast({source} as double) end"
        case "boolean" if source_type == "BOOLEAN":
            return source
        case "date" if source_type == "DATE":
            return _finite(source)
        case "date" if naive:
            return _finite(f"cast({source} as date)")
        case "timestamp" if source_type == "TIMESTAMP WITH TIME ZONE":
            return _finite(f"timezone('UTC', {source})")
        case "timestamp" if naive or source_type == "DATE":
            return _finite(_to_utc(f"cast({source} as timestamp)", timezone))
        case "json" if source_type != TEXT:
            return f"to_json({source})"
    return None


def _from_cell(
    column: ColumnContract, cell: str, source_type: str, timezone: str, as_text: str
) -> str:
    """Return the expression of a cell's value; numbers are written in the workbook's own way."""
    number = f"case when regexp_full_match({cell}, {literal(PLAIN_NUMBER)}) then {cell} end"
    counted = f"try_cast({number} as double)"
    match column.type:
        case "date" | "timestamp" if not set(column.formats) & set(EPOCH_UNITS):
            shift = DAYS_FROM_1900_TO_1904 if source_type == EXCEL_1904 else 0
            moment = _excel_moment(f"({counted} + {shift})")
            value = _to_utc(moment, timezone) if column.type == "timestamp" else moment
            return f"case when {counted} is not null then {value} else {as_text} end"
        case "integer":
            whole = f"case when {counted} = trunc({counted}) then try_cast({counted} as bigint) end"
            return f"coalesce({as_text}, {whole})"
        case "decimal":
            return f"coalesce(try_cast({number} as {raw_type(column)}), {as_text})"
        case "double":
            return f"coalesce(case when isfinite({counted}) then {counted} end, {as_text})"
        case _:
            return as_text


def iso_of_cell(cell: str, source_type: str, *, is_time: bool) -> str:
    """Return the expression of a number's day and time as ISO text, to the second.

    Parameters
    ----------
    is_time
        Whether the sheet shows no day, so that a number below one is a time of day alone.
    """
    shift = DAYS_FROM_1900_TO_1904 if source_type == EXCEL_1904 else 0
    counted = f"try_cast({cell} as double)"
    moment = (
        f"date_trunc('second', {_excel_moment(f'({counted} + {shift})')} + interval '0.5' second)"
    )
    day = f"strftime({moment}, '%Y-%m-%d')"
    clock = f"strftime({moment}, '%H:%M:%S')"
    whole = f"{day} || ' ' || {clock}"
    if is_time:
        iso = f"case when {counted} < 1 then {clock} else {whole} end"
    else:
        iso = f"case when {counted} = trunc({counted}) then {day} else {whole} end"
    return f"coalesce({iso}, {cell})"


def _excel_moment(days: str) -> str:
    """Return the time that a count of days since the end of 1899 stands for, to the millisecond."""
    first = f"case when {days} < {LEAP_DAY_THAT_WAS_NOT} then 31 else 30 end"
    return (
        f"case when {days} >= 0 and {days} < {LATEST_EXCEL_DAY + 1} "
        f"and floor({days}) <> {LEAP_DAY_THAT_WAS_NOT} "
        f"then make_timestamp(1899, 12, {first}, 0, 0, 0.0) "
        f"+ to_milliseconds(cast(round({days} * 86400000) as bigint)) end"
    )


def _plain_number(column: ColumnContract, text: str) -> str:
    """Return ``text`` with a point as decimal mark, without thousands and currency marks."""
    plain = text
    # A mark that holds another one goes first.
    for mark in sorted(column.strip, key=len, reverse=True):
        plain = f"replace({plain}, {literal(mark)}, '')"
    if column.strip:
        plain = f"trim({plain}, {literal(SPACES)})"
    if column.thousands_mark:
        plain = f"replace({plain}, {literal(column.thousands_mark)}, '')"
    if column.decimal_mark != ".":
        # A point that is neither mark must not pass for one.
        plain = f"translate({plain}, {literal('.' + column.decimal_mark)}, '?.')"
    return plain


def _integer(text: str) -> str:
    cast = f"try_cast({text} as bigint)"
    # Most numbers are written as the engine writes them, and that is the cheaper test.
    return (
        f"case when cast({cast} as varchar) = {text} then {cast} "
        f"when regexp_full_match({text}, {literal(WHOLE_NUMBER)}) then {cast} end"
    )


def _number(text: str, sql_type: str) -> str:
    return f"case when not contains({text}, '_') then try_cast({text} as {sql_type}) end"


def _date(column: ColumnContract, text: str) -> str:
    tries: list[str] = []
    for kind, names in _runs_of_formats(column):
        if kind in ("zoned", "epoch"):
            message = f"column {column.name}: a date's formats hold no zone and no epoch"
            raise ContractError(message)
        if kind == "naive":
            tries.append(f"cast(try_strptime(trim({text}), [{literals(names)}]) as date)")
        else:
            iso = f"case when {_begins_with_digit(text)} then try_cast({text} as date) end"
            tries.append(_finite(iso))
    return _first_of(tries)


def _timestamp(column: ColumnContract, text: str, timezone: str) -> str:
    tries: list[str] = []
    for kind, names in _runs_of_formats(column):
        if kind == "iso":
            tries.append(_iso_timestamp(text, timezone))
        elif kind == "epoch":
            tries += [_epoch(text, EPOCH_UNITS[name]) for name in names]
        else:
            parsed = f"try_strptime(trim({text}), [{literals(names)}])"
            zoned = f"timezone('UTC', {parsed})"
            tries.append(zoned if kind == "zoned" else _to_utc(parsed, timezone))
    return _first_of(tries)


def _epoch(text: str, unit: int) -> str:
    microseconds = f"round(try_cast({text} as double) * {unit})"
    return (
        f"case when abs({microseconds}) <= {LATEST_EPOCH_MICROSECONDS} "
        f"then make_timestamp(cast({microseconds} as bigint)) end"
    )


def _first_of(tries: list[str]) -> str:
    return f"coalesce({', '.join(tries)})" if len(tries) > 1 else tries[0]


def _iso_timestamp(text: str, timezone: str) -> str:
    naive = _to_utc(f"try_cast({text} as timestamp)", timezone)
    # The engine takes an offset only behind seconds and without a space; exports are freer.
    with_seconds = f"regexp_replace({text}, {literal(OFFSET_AFTER_MINUTES)}, '\\1:00\\2')"
    zoned = f"regexp_replace({with_seconds}, {literal(SPACE_BEFORE_OFFSET)}, '\\1')"
    free = _finite(
        f"case when not {_begins_with_digit(text)} then null "
        f"when regexp_matches({text}, {literal(ISO_OFFSET)}) "
        f"then timezone('UTC', try_cast({zoned} as timestamptz)) "
        f"else {naive} end"
    )
    # The usual length leaves no room for an offset or a year beyond the calendar, which saves the
    # regular expression and a second cast.
    return (
        f"case when length({text}) = 19 and substr({text}, 17, 1) = ':' "
        f"and {_begins_with_digit(text)} then {naive} else {free} end"
    )


def _runs_of_formats(column: ColumnContract) -> list[tuple[str, list[str]]]:
    """Return the formats in their order, neighbours that are parsed alike together."""
    runs = groupby(column.formats or (ISO,), key=_kind_of_format)
    return [(kind, list(names)) for kind, names in runs]


def _kind_of_format(name: str) -> str:
    if name in EPOCH_UNITS:
        return "epoch"
    if name == ISO:
        return "iso"
    return "zoned" if "%z" in name or "%Z" in name else "naive"


def _to_utc(naive: str, timezone: str) -> str:
    if timezone == "UTC":
        return naive
    return f"timezone('UTC', timezone({literal(timezone)}, {naive}))"


def _begins_with_digit(text: str) -> str:
    return f"({text} >= '0' and {text} < ':')"


def _finite(value: str) -> str:
    return f"case when isfinite({value}) then {value} end"
