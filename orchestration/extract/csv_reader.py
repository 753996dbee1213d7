"""Delimited text: CSV, tab-separated and the like."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import duckdb

from orchestration.extract.careful_reader import CELLS, split_carefully
from orchestration.extract.checks import BAD_BYTE_MARK
from orchestration.extract.header_names import column_names
from orchestration.extract.headers import extra_object, match_columns
from orchestration.extract.line_numbers import number_rows
from orchestration.extract.long_lines import reject_long_lines, take_out_long_lines
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import literal
from orchestration.extract.staging import (
    NUMBERED,
    Arrival,
    SourceColumns,
    StagedFile,
    checked_select,
    keep_rows,
)
from orchestration.extract.text_files import FileProblemError, TextFile
from orchestration.extract.text_reader import (
    collect_rejects,
    has_broken_quotes,
    prepare_rejects,
    scan_text,
)

HEADER_BYTES = 1 << 20
TOO_LONG = "line {} is longer than two million bytes; look for what is not closed, or split it"
# What the engine's scanner raises over text that it cannot follow.
SCAN_FAILURES = (duckdb.InvalidInputException, duckdb.ConversionException)


@dataclass(frozen=True, kw_only=True)
class Header:
    """Names of a file's columns and the number of physical lines before its first row."""

    names: tuple[str, ...]
    lines: int


def stage_csv(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
) -> StagedFile:
    """Stage the rows of one delimited file.

    Raises
    ------
    FileProblemError
        When the header lacks a column that the contract asks for.
    """
    header = read_header(contract, text)
    positions, warnings = match_columns(contract, header.names)
    text, too_long = take_out_long_lines(text)
    if too_long and len(header.names) == 1:
        # In a file of one column the blank line in its place would count as a row.
        raise FileProblemError(TOO_LONG.format(too_long[0].line_number))
    try:
        rows_in = _stage_quickly(connection, contract, text, arrival, header, positions)
    except SCAN_FAILURES:
        rows_in = None
    if rows_in is None and contract.quote:
        rows_in = _stage_carefully(connection, contract, text, arrival, header, positions)
        warnings = [*warnings, "quotes do not match up, so the file was read line by line"]
    if rows_in is None:
        message = "the file's lines cannot be told apart; check that it is text"
        raise FileProblemError(message)
    rows_in += reject_long_lines(connection, too_long)
    return StagedFile(rows_in=rows_in, warnings=tuple(warnings))


def _stage_quickly(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
    header: Header,
    positions: Mapping[str, int | None],
) -> int | None:
    """Let the engine split the file; return its rows, or None when lines are unaccounted for."""
    cells = [f"c{position}" for position in range(len(header.names))]
    scan = scan_text(
        text,
        columns=cells,
        skip=header.lines,
        delimiter=contract.delimiter,
        quote=contract.quote,
        null_values=contract.null_values,
    )
    prepare_rejects(connection)
    select = checked_select(
        contract,
        _source_columns(contract, header, positions, cells),
        scan,
        arrival=arrival,
        bad_bytes=text.has_bad_bytes,
        others=[f"{_line_breaks(cells)} as _breaks"] if text.has_quotes else (),
    )
    staged = keep_rows(connection, select, file=text.path, spool=text.spool)
    if has_broken_quotes(connection):
        return None
    rejected = collect_rejects(connection, text)
    lines = number_rows(
        connection,
        text,
        header_lines=header.lines,
        quote=contract.quote,
        skips_blank_lines=len(cells) > 1,
    )
    if lines != text.line_count:
        return None
    return staged + rejected


def _stage_carefully(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
    header: Header,
    positions: Mapping[str, int | None],
) -> int:
    rows_in = split_carefully(
        connection,
        contract,
        text,
        header_lines=header.lines,
        field_count=len(header.names),
    )
    cells = [f"cells[{position}]" for position in range(1, len(header.names) + 1)]
    select = checked_select(
        contract,
        _source_columns(contract, header, positions, cells),
        CELLS,
        arrival=arrival,
        bad_bytes=text.has_bad_bytes,
        others=["_source_line"],
    )
    connection.execute(f"create or replace temp view {NUMBERED} as {select}")
    return rows_in


def _source_columns(
    contract: StreamContract,
    header: Header,
    positions: Mapping[str, int | None],
    cells: Sequence[str],
) -> SourceColumns:
    known = set(positions.values())
    return SourceColumns(
        sources={
            name: ("cast(null as varchar)" if position is None else cells[position], "VARCHAR")
            for name, position in positions.items()
        },
        raw_text=_delimited(cells, contract),
        extra=extra_object(
            [(header.names[i], cells[i]) for i in range(len(cells)) if i not in known]
        ),
    )


def read_header(contract: StreamContract, text: TextFile) -> Header:
    """Return the column names of a file; those of the contract when the file has no header row."""
    if contract.header_rows == 0:
        return Header(names=tuple(column.source_name for column in contract.columns), lines=0)
    with text.path.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(HEADER_BYTES)
    reader = csv.reader(
        start.splitlines(keepends=True),
        delimiter=contract.delimiter,
        quotechar=contract.quote or None,
        quoting=csv.QUOTE_MINIMAL if contract.quote else csv.QUOTE_NONE,
    )
    try:
        rows = list(islice((row for row in reader if row), contract.header_rows))
    except csv.Error as error:
        message = f"the header cannot be read ({error}); check the contract's delimiter and quote"
        raise FileProblemError(message) from error
    if len(rows) < contract.header_rows:
        message = (
            f"the file has {len(rows)} lines of header, the contract says {contract.header_rows}; "
            "export it again with its header"
        )
        raise FileProblemError(message)
    names = column_names(rows)
    if any(BAD_BYTE_MARK in name for name in names):
        message = (
            f"the header cannot be read as {contract.encoding}; name the file's true encoding in "
            "the contract, such as latin-1 or cp1252"
        )
        raise FileProblemError(message)
    return Header(names=names, lines=reader.line_num)


def _line_breaks(cells: Sequence[str]) -> str:
    """Return the number of line breaks inside a row's fields; fields without pay one test."""
    return " + ".join(
        f"case when contains({cell}, chr(10)) "
        f"then length({cell}) - length(replace({cell}, chr(10), '')) else 0 end"
        for cell in cells
    )


def _delimited(cells: Sequence[str], contract: StreamContract) -> str:
    """Return the row written out again; fields are quoted only where they must be."""
    mark = literal(contract.delimiter)
    quote = literal(contract.quote)
    needs_quotes = f"contains(field, {mark}) or contains(field, chr(10))"
    quoted = "field"
    if contract.quote:
        needs_quotes += f" or contains(field, {quote})"
        quoted = f"{quote} || replace(field, {quote}, {quote} || {quote}) || {quote}"
    fields = ", ".join(f"coalesce({cell}, '')" for cell in cells)
    return (
        f"array_to_string(list_transform([{fields}], lambda field: "
        f"case when {needs_quotes} then {quoted} else field end), {mark})"
    )
