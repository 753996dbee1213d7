"""Text whose columns stand at fixed places of each line."""

from __future__ import annotations

import duckdb

from orchestration.extract.headers import extra_object
from orchestration.extract.line_numbers import number_rows
from orchestration.extract.long_lines import reject_long_lines, take_out_long_lines
from orchestration.extract.shapes import ColumnContract, StreamContract
from orchestration.extract.sql_text import literals
from orchestration.extract.staging import (
    ROWS,
    Arrival,
    SourceColumns,
    StagedFile,
    checked_select,
    keep_rows,
)
from orchestration.extract.text_files import TextFile
from orchestration.extract.text_reader import (
    NEVER_IN_TEXT,
    check_lines,
    collect_rejects,
    prepare_rejects,
    scan_text,
)

FAR_END = 1_000_000_000


def stage_fixed_width(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
) -> StagedFile:
    """Stage the rows of one file of fixed width; blank lines are no rows.

    Places count characters. What stands between or behind the contract's columns is kept as extra.
    """
    text, too_long = take_out_long_lines(text)
    scan = scan_text(
        text,
        columns=["line"],
        skip=contract.header_rows,
        delimiter=NEVER_IN_TEXT,
        quote="",
        null_values=[""],
    )
    lines = (
        "(select case when trim(line) = '' then null else line end as line from "
        f"(select rtrim(line, chr(13)) as line from {scan}))"
    )
    gaps = _gaps(contract.columns)
    columns = SourceColumns(
        sources={
            column.name: (_cell(contract, *_place(column)), "VARCHAR")
            for column in contract.columns
        },
        raw_text="line",
        extra=_extra(gaps),
    )
    prepare_rejects(connection)
    select = checked_select(
        contract,
        columns,
        lines,
        arrival=arrival,
        bad_bytes=text.has_bad_bytes,
        others=["line is null as _is_blank"],
    )
    keep_rows(connection, select, file=text.path, spool=text.spool)
    rejected = collect_rejects(connection, text)
    lines_read = number_rows(
        connection,
        text,
        header_lines=contract.header_rows,
        quote="",
        skips_blank_lines=False,
        only="not _is_blank",
    )
    check_lines(lines_read, text)
    rejected += reject_long_lines(connection, too_long)
    rows = connection.execute(
        f"select count(*), count(_extra) from {ROWS} where not _is_blank"
    ).fetchone()
    count, with_extra = rows or (0, 0)
    warnings: tuple[str, ...] = ()
    if with_extra:
        warnings = (
            f"{with_extra} rows hold text outside the contract's columns, kept in _extra; check "
            "start and width in the contract",
        )
    return StagedFile(rows_in=count + rejected, warnings=warnings)


def _place(column: ColumnContract) -> tuple[int, int]:
    return column.start or 1, column.width or 1


def _cell(contract: StreamContract, start: int, width: int) -> str:
    text = f"trim(substr(line, {start}, {width}))"
    return (
        f"case when {text} in ({literals(['', *contract.null_values])}) then null else {text} end"
    )


def _gaps(columns: tuple[ColumnContract, ...]) -> list[tuple[int, int]]:
    """Return start and width of the places that no column takes."""
    gaps: list[tuple[int, int]] = []
    free = 1
    for start, width in sorted(_place(column) for column in columns):
        if start > free:
            gaps.append((free, start - free))
        free = max(free, start + width)
    return [*gaps, (free, FAR_END)]


def _extra(gaps: list[tuple[int, int]]) -> str:
    texts = [f"trim(substr(line, {start}, {width}))" for start, width in gaps]
    named = [
        f"from {start}" if width == FAR_END else f"{start} to {start + width - 1}"
        for start, width in gaps
    ]
    kept = extra_object(list(zip(named, texts, strict=True)))
    return f"case when concat({', '.join(texts)}) <> '' then {kept} end"
