"""Delimited text whose quoting is broken, read line by line so that one slip harms one row.

The engine's scanner takes a quote that is never closed for the begin of a field that runs on, and
drops what it cannot make sense of. Here the lines themselves are looked at, in SQL:

1. A line that is a whole row by itself is one.
2. A line with an odd number of quotes that is none opens a field with line breaks. Together with
   all lines up to the next such line it is a row, if that makes sense.
3. Any other line is no row, and is set aside alone.

Every line that is not blank ends in exactly one row or reject, so nothing can get lost.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import literal
from orchestration.extract.staging import REJECTS
from orchestration.extract.text_files import FileProblemError, TextFile
from orchestration.extract.text_reader import (
    NEVER_IN_TEXT,
    REMEDIES,
    collect_rejects,
    prepare_rejects,
    scan_text,
)

LINES = "throughline_lines"
RECORDS = "throughline_records"
CELLS = "throughline_cells"


def split_carefully(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    *,
    header_lines: int,
    field_count: int,
) -> int:
    """Split a file into the view `CELLS` of rows and the table `REJECTS`; return both's rows.

    `CELLS` has the list ``cells`` and ``_source_line``.

    Raises
    ------
    FileProblemError
        When the engine does not find the lines that there are.
    """
    _read_lines(connection, text, header_lines)
    _assemble_records(connection, contract, field_count)
    prepare_rejects(connection)
    connection.execute(f"""
        insert into {REJECTS} (line_number, line_count, from_row, raw_text, message)
        select line_number, 1, 0, record, {literal(REMEDIES["UNQUOTED VALUE"])}
        from {RECORDS} where cells is null order by line_number
    """)
    quote = literal(contract.quote)
    nulls = ", ".join(literal(text) for text in contract.null_values)
    connection.execute(f"""
        create or replace temp view {CELLS} as
        with unquoted as (
            select
                line_number as _source_line,
                list_transform(cells, lambda cell: case
                    when starts_with(cell, {quote})
                        then replace(cell[2:-2], {quote} || {quote}, {quote})
                    else cell
                end) as cells
            from {RECORDS} where cells is not null
        )

        select
            _source_line,
            list_transform(cells, lambda cell: case
                when list_contains(cast([{nulls}] as varchar[]), cell) then null else cell
            end) as cells
        from unquoted
    """)
    counted = connection.execute(f"select count(*) from {RECORDS}").fetchone()
    return int(counted[0]) if counted else 0


def _read_lines(connection: duckdb.DuckDBPyConnection, text: TextFile, header_lines: int) -> None:
    scan = scan_text(
        text, columns=["line"], skip=0, delimiter=NEVER_IN_TEXT, quote="", null_values=[""]
    )
    prepare_rejects(connection)
    connection.execute(
        f"create or replace temp table {LINES} as select rtrim(line, chr(13)) as line from {scan}"
    )
    counted = connection.execute(f"select count(*) from {LINES}").fetchone()
    if collect_rejects(connection, text) or counted != (text.line_count,):
        message = (
            "quotes are not closed, and its lines cannot be told apart; export the file again with "
            "its quotes doubled and its fields quoted"
        )
        raise FileProblemError(message)
    connection.execute(f"delete from {LINES} where rowid < $1", [header_lines])


def _assemble_records(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, field_count: int
) -> None:
    """Create `RECORDS`: ``line_number``, ``record``, and ``cells``, null when it is no row."""
    keeps_blank = "true" if field_count == 1 else "line <> ''"
    split = f"""
        select
            *,
            case when {_is_whole("record", "pieces", contract, field_count)} then pieces end
                as cells
        from (select *, {_pieces("record", contract)} as pieces from {{source}})
    """
    connection.execute(f"""
        create or replace temp table {RECORDS} as
        with lines as (
            select rowid + 1 as line_number, coalesce(line, '') as record from {LINES}
        ),

        split_lines as (
            {split.format(source="lines")}
        ),

        opening_lines as (
            select
                line_number,
                lead(line_number) over (order by line_number) as closing_line
            from split_lines
            where cells is null
                and (length(record) - length(replace(record, {literal(contract.quote)}, ''))) % 2
                    = 1
        ),

        joined as (
            select
                opening_lines.line_number,
                opening_lines.closing_line,
                string_agg(lines.record, chr(10) order by lines.line_number) as record
            from opening_lines
            inner join lines
                on lines.line_number
                    between opening_lines.line_number and opening_lines.closing_line
            group by opening_lines.line_number, opening_lines.closing_line
        ),

        split_joined as (
            {split.format(source="joined")}
        ),

        -- Of openings that each make a row with the next, every other one does: a line closes one.
        runs as (
            select
                *,
                sum(case when cells is null then 1 else 0 end) over (order by line_number) as run
            from split_joined
        ),

        long_records as (
            select line_number, closing_line, record, cells
            from runs
            where cells is not null
            qualify row_number() over (
                partition by run, cells is null order by line_number
            ) % 2 = 1
        ),

        inner_lines as (
            select split_lines.line_number
            from split_lines
            inner join long_records
                on split_lines.line_number
                    between long_records.line_number and long_records.closing_line
        )

        select line_number, record, cells from long_records
        union all
        select line_number, record, cells
        from split_lines
        where line_number not in (select line_number from inner_lines)
            and {keeps_blank.replace("line", "record")}
    """)


def _pieces(record: str, contract: StreamContract) -> str:
    """Return the expression of a record's fields, still quoted."""
    mark, quote = f"\\x{ord(contract.delimiter):02x}", f"\\x{ord(contract.quote):02x}"
    field = f"{quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{quote}{mark}\\n][^{mark}\\n]*|"
    pattern = f"{mark}({field})"
    return f"regexp_extract_all({literal(contract.delimiter)} || {record}, {literal(pattern)}, 1)"


def _is_whole(record: str, pieces: str, contract: StreamContract, field_count: int) -> str:
    """Return whether the fields are as many as they should be and leave nothing of the record."""
    mark = literal(contract.delimiter)
    return f"len({pieces}) = {field_count} and array_to_string({pieces}, {mark}) = {record}"
