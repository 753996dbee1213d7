"""JSON lines: one object a line."""

from __future__ import annotations

import duckdb

from orchestration.extract.checks import Check
from orchestration.extract.line_numbers import number_rows
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import literal, literals
from orchestration.extract.staging import ROWS, Arrival, SourceColumns, StagedFile, checked_select
from orchestration.extract.text_files import TextFile
from orchestration.extract.text_reader import (
    NEVER_IN_TEXT,
    collect_rejects,
    prepare_rejects,
    scan_text,
)

SAMPLED_ROWS = 1_000
PATH_PREFIX = "$"


def stage_json_lines(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
) -> StagedFile:
    """Stage the rows of one file of JSON lines; blank lines are no rows."""
    scan = scan_text(
        text,
        columns=["line"],
        skip=0,
        delimiter=NEVER_IN_TEXT,
        quote="",
        null_values=[""],
    )
    prepare_rejects(connection)
    select = checked_select(
        contract,
        _columns(contract),
        f"({_parsed(contract, scan)})",
        arrival=arrival,
        bad_bytes=text.has_bad_bytes,
        others=["line is null as _is_blank"],
    )
    connection.execute(f"create or replace temp table {ROWS} as {select}")
    rejected = collect_rejects(connection, text)
    # Blank lines are numbered with the rest and then left out, so that no line shifts.
    number_rows(
        connection,
        text,
        header_lines=0,
        quote="",
        skips_blank_lines=False,
        only="not _is_blank",
    )
    rows = connection.execute(f"select count(*) from {ROWS} where not _is_blank").fetchone()
    return StagedFile(
        rows_in=(rows[0] if rows else 0) + rejected,
        warnings=_unknown_keys(connection, contract, text),
    )


def _parsed(contract: StreamContract, scan: str) -> str:
    """Return a select of each line with the contract's keys taken out of it as text."""
    paths = [_path(column.source_name) for column in contract.columns]
    nulls = f"[{literals(contract.null_values)}]" if contract.null_values else "[]"
    return f"""
        with lines as (
            select case when trim(line) = '' then null else line end as line from {scan}
        ),

        parsed as (
            select line, try_cast(line as json) as document from lines
        )

        select
            line,
            json_type(document) as document_type,
            list_transform(
                json_extract_string(document, [{literals(paths)}]),
                lambda cell: case when list_contains({nulls}, cell) then null else cell end
            ) as cells
        from parsed
    """


def _columns(contract: StreamContract) -> SourceColumns:
    no_object = Check(
        fails="line is not null and document_type is distinct from 'OBJECT'",
        reason_code="malformed_row",
        message="the line is no JSON object; write one object a line, with line breaks escaped",
    )
    return SourceColumns(
        sources={
            column.name: (f"cells[{position}]", "VARCHAR")
            for position, column in enumerate(contract.columns, start=1)
        },
        raw_text="line",
        row_checks=[no_object],
    )


def _path(name: str) -> str:
    """Return ``name`` as a JSON path; one that begins with ``$`` is one already."""
    if name.startswith(PATH_PREFIX):
        return name
    return f'$."{name}"'


def _unknown_keys(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, text: TextFile
) -> tuple[str, ...]:
    """Return a warning when the first rows hold keys that the contract does not know."""
    known = {column.source_name.removeprefix("$.").split(".")[0] for column in contract.columns}
    found = connection.execute(
        f"""
        with first_lines as (
            select try_cast(column0 as json) as document
            from read_csv(
                {literal(str(text.path))}, auto_detect = false, header = false, quote = '',
                escape = '', delim = {literal(NEVER_IN_TEXT)}, columns = {{'column0': 'VARCHAR'}},
                ignore_errors = true
            )
            limit {SAMPLED_ROWS}
        )

        select distinct unnest(json_keys(document)) as key
        from first_lines
        where json_type(document) = 'OBJECT'
        order by key
        """
    ).fetchall()
    unknown = [key for (key,) in found if key not in known]
    if not unknown:
        return ()
    return (f"keys that the contract does not know are left in the file: {', '.join(unknown)}",)
