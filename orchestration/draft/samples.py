"""Samples of files, whatever their format."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

import duckdb
from duckdb_extensions import import_extension  # type: ignore[import-untyped]  # has no types

from orchestration.draft.json_samples import sample_json_document, sample_json_lines
from orchestration.draft.landing_files import SAMPLE_BYTES, BadFileError, FoundFile, first_bytes
from orchestration.draft.sample import (
    EXCEL_CELL,
    SAMPLE_ROWS,
    Sample,
    SampledText,
    count_rows,
    decoded,
)
from orchestration.draft.text_shape import TextShape, guess_text_shape
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.text_files import FileProblemError
from orchestration.extract.workbooks import lone_sheet

SHEET_NAME = re.compile(r"<(?:\w+:)?sheet\s[^>]*?name=\"([^\"]*)\"")


def take_sample(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    spool: Path,
    number: int,
    *,
    encoding: str | None = None,
    header_rows: int | None = None,
) -> Sample:
    """Read the beginning of ``file`` into a temporary table.

    Parameters
    ----------
    spool
        Folder for copies.
    number
        Makes the table's name unique.
    encoding, header_rows
        Known beforehand, instead of guessed.

    Raises
    ------
    BadFileError
        When nothing can be read.
    """
    relation = f"throughline_draft_{number}"
    try:
        folder = spool / str(number)
        folder.mkdir()
        if file.format == "parquet":
            return _parquet(connection, file, relation, folder)
        if file.format == "xlsx":
            return _excel(connection, file, relation, folder)
        data = first_bytes(file.path, SAMPLE_BYTES + 1)
        text = decoded(data, encoding)
        if file.format == "csv":
            return _delimited(connection, file, relation, text, folder, header_rows)
        if file.format == "jsonl":
            return sample_json_lines(connection, file, relation, text, folder)
        return sample_json_document(connection, file, relation, text, folder)
    except duckdb.Error as error:
        # The engine's message quotes the file, so only its kind is passed on.
        message = (
            f"the file cannot be read as {file.format} ({type(error).__name__}); check that it is "
            "complete"
        )
        raise BadFileError(message) from error


def _delimited(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    text: SampledText,
    folder: Path,
    header_rows: int | None,
) -> Sample:
    plain = folder / "plain.csv"
    plain.write_text(text.content, encoding="utf-8")
    shape = guess_text_shape(connection, text.content, plain, header_rows=header_rows)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(shape.names)))
    connection.execute(f"""
        create or replace temp table {relation} as
        select * from read_csv(
            {literal(str(plain))}, auto_detect = false, header = false, columns = {{{columns}}},
            delim = {literal(shape.delimiter)}, quote = {literal(shape.quote)},
            escape = {literal(shape.quote)}, skip = {_header_lines(text.content, shape)},
            null_padding = true, ignore_errors = true, parallel = false, strict_mode = false
        )
        limit {SAMPLE_ROWS}
    """)
    prefix = None
    if not text.is_whole:
        prefix = folder / f"{file.stem}.csv"
        prefix.write_text(text.content, encoding=text.encoding)
    return Sample(
        file=file,
        relation=relation,
        names=shape.names,
        engine_types=("",) * len(shape.names),
        rows=count_rows(connection, relation),
        is_whole=text.is_whole and count_rows(connection, relation) < SAMPLE_ROWS,
        shape=TextShape(
            encoding=text.encoding,
            delimiter=shape.delimiter,
            quote=shape.quote,
            header_rows=shape.header_rows,
            names=shape.names,
        ),
        prefix=prefix,
        notes=(*text.notes, *shape.notes),
    )


def _header_lines(content: str, shape: TextShape) -> int:
    """Return the number of physical lines that the header rows take, breaks in quotes included."""
    lines = content[: 1 << 20].split("\n")
    rows = number = quotes = 0
    while rows < shape.header_rows and number < len(lines):
        quotes += lines[number].count(shape.quote)
        rows += quotes % 2 == 0 and bool(lines[number])
        number += 1
    return number


def _parquet(
    connection: duckdb.DuckDBPyConnection, file: FoundFile, relation: str, folder: Path
) -> Sample:
    described = connection.execute(
        f"select column_name, column_type from "
        f"(describe select * from read_parquet({literal(str(file.path))}))"
    ).fetchall()
    cells = ", ".join(
        f"cast({identifier(name)} as varchar) as c{place}"
        for place, (name, _) in enumerate(described)
    )
    connection.execute(
        f"create or replace temp table {relation} as "
        f"select {cells} from read_parquet({literal(str(file.path))}) limit {SAMPLE_ROWS}"
    )
    rows = count_rows(connection, relation)
    prefix = None
    if rows == SAMPLE_ROWS:
        prefix = folder / "beginning.parquet"
        connection.execute(
            f"copy (select * from read_parquet({literal(str(file.path))}) limit {SAMPLE_ROWS}) "
            f"to {literal(str(prefix))} (format parquet)"
        )
    return Sample(
        file=file,
        relation=relation,
        prefix=prefix,
        names=tuple(name for name, _ in described),
        engine_types=tuple("" if kind == "VARCHAR" else kind for _, kind in described),
        rows=rows,
        is_whole=rows < SAMPLE_ROWS,
    )


def _excel(
    connection: duckdb.DuckDBPyConnection, file: FoundFile, relation: str, folder: Path
) -> Sample:
    """Return the sample of the first visible sheet, read as the loader reads it."""
    try:
        sheet = lone_sheet(file.path, None, folder)
    except FileProblemError as error:
        raise BadFileError(str(error)) from error
    if sheet.cell_range is None:
        message = "the first visible sheet is empty; export it again"
        raise BadFileError(message)
    import_extension("excel", con=connection)
    connection.execute("load excel")
    connection.execute(
        f"create or replace temp table {relation} as select * from read_xlsx("
        f"{literal(str(sheet.path))}, all_varchar = true, header = false, "
        f"stop_at_empty = false, range = {literal(sheet.cell_range)}) limit {SAMPLE_ROWS}"
    )
    cells = [row[0] for row in connection.execute(f"describe {relation}").fetchall()]
    filled = f"coalesce({', '.join(map(identifier, cells))}) is not null"
    header = connection.execute(
        f"select rowid, columns(*) from {relation} where {filled} order by rowid limit 1"
    ).fetchone()
    if header is None:
        message = "the first visible sheet is empty; export it again"
        raise BadFileError(message)
    connection.execute(f"delete from {relation} where rowid <= {header[0]} or not ({filled})")
    for place, cell in enumerate(cells):
        connection.execute(f"alter table {relation} rename column {identifier(cell)} to c{place}")
    rows = count_rows(connection, relation)
    return Sample(
        file=file,
        relation=relation,
        names=tuple(str(name or "").strip() for name in header[1:]),
        engine_types=(EXCEL_CELL,) * len(cells),
        rows=rows,
        is_whole=rows < SAMPLE_ROWS - 1,
        notes=_sheet_notes(file.path),
    )


def _sheet_notes(path: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(path) as archive:
        workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    names = [html.unescape(name) for name in SHEET_NAME.findall(workbook)]
    if len(names) < 2:
        return ()
    return (f"only the first visible sheet is read of {', '.join(names)}; set `sheet` for another",)
