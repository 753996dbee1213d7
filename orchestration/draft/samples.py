"""Samples of files as tables of text, whatever their format: one column ``c0``, ``c1`` … each."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from duckdb_extensions import import_extension  # type: ignore[import-untyped]

from orchestration.draft.landing_files import (
    SAMPLE_BYTES,
    BadFileError,
    FoundFile,
    first_bytes,
)
from orchestration.draft.text_shape import TextShape, guess_encoding, guess_text_shape
from orchestration.extract.sql_text import identifier, literal, literals

# Rows that are looked at; more would tell little more and cost minutes on wide files.
SAMPLE_ROWS = 50_000
# A JSON document can only be read whole.
MOST_DOCUMENT_BYTES = 64 << 20
DEEPEST_KEY = 4


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The beginning of one file.

    Attributes
    ----------
    relation
        Temporary table of its rows, every value as text.
    names
        Where each column stands in the file: a header, a JSON key or path, in order.
    engine_types
        Types that the file itself states, empty where it states none.
    rows
        Rows in ``relation``.
    is_whole
        Whether that is all of the file.
    shape
        Of delimited text.
    prefix
        Copy of the beginning of a file that is too large to be tried whole, else None.
    records
        Path of the rows inside a JSON document, ``$`` for an array.
    sheet
        Of an Excel file.
    notes
        What is uncertain about how it was read.
    """

    file: FoundFile
    relation: str
    names: tuple[str, ...]
    engine_types: tuple[str, ...]
    rows: int
    is_whole: bool
    shape: TextShape | None = None
    prefix: Path | None = None
    records: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """Columns of ``relation``, in the order of ``names``."""
        return tuple(f"c{place}" for place in range(len(self.names)))


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
        if file.format == "parquet":
            return _parquet(connection, file, relation)
        if file.format == "xlsx":
            return _excel(connection, file, relation)
        data = first_bytes(file.path, SAMPLE_BYTES + 1)
        text = _decoded(data, encoding)
        folder = spool / str(number)
        folder.mkdir()
        if file.format == "csv":
            return _delimited(connection, file, relation, text, folder, header_rows)
        if file.format == "jsonl":
            return _json_lines(connection, file, relation, text, folder)
        return _json_document(connection, file, relation, text, folder)
    except duckdb.Error as error:
        # The engine's message quotes the file, so only its kind is passed on.
        message = (
            f"the file cannot be read as {file.format} ({type(error).__name__}); check that it is "
            "complete"
        )
        raise BadFileError(message) from error


@dataclass(frozen=True, kw_only=True)
class _Text:
    content: str
    encoding: str
    is_whole: bool
    notes: tuple[str, ...]


def _decoded(data: bytes, encoding: str | None) -> _Text:
    is_whole = len(data) <= SAMPLE_BYTES
    notes: tuple[str, ...] = ()
    if encoding is None:
        encoding, notes = guess_encoding(data, is_whole=is_whole)
    content = data.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    return _Text(
        content=content if is_whole else _whole_lines(content),
        encoding=encoding,
        is_whole=is_whole,
        notes=notes,
    )


def _whole_lines(content: str) -> str:
    """Return ``content`` up to the last line end that stands outside quotes."""
    end = content.rfind("\n")
    quotes = content.count('"', 0, end)
    for _ in range(1000):
        if quotes % 2 == 0 or end <= 0:
            break
        before = content.rfind("\n", 0, end)
        quotes -= content.count('"', before, end)
        end = before
    return content[: end + 1]


def _delimited(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    text: _Text,
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
        rows=_count(connection, relation),
        is_whole=text.is_whole and _count(connection, relation) < SAMPLE_ROWS,
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


def _json_lines(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    text: _Text,
    folder: Path,
) -> Sample:
    plain = folder / "plain.jsonl"
    plain.write_text(text.content, encoding="utf-8")
    documents = f"""
        select try_cast(line as json) as document
        from read_csv(
            {literal(str(plain))}, auto_detect = false, header = false, quote = '', escape = '',
            delim = {literal(chr(30) + chr(31))}, columns = {{'line': 'VARCHAR'}},
            ignore_errors = true
        )
        where trim(line) <> ''
        limit {SAMPLE_ROWS}
    """
    prefix = None
    if not text.is_whole:
        prefix = folder / f"{file.stem}.jsonl"
        prefix.write_text(text.content, encoding=text.encoding)
    return _objects(connection, file, relation, documents, text, prefix=prefix)


def _json_document(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    text: _Text,
    folder: Path,
) -> Sample:
    content = text.content
    if not text.is_whole:
        data = first_bytes(file.path, MOST_DOCUMENT_BYTES + 1)
        if len(data) > MOST_DOCUMENT_BYTES:
            message = (
                f"a JSON document of over {MOST_DOCUMENT_BYTES >> 20} MB cannot be sampled; write "
                "one object a line (.jsonl)"
            )
            raise BadFileError(message)
        content = data.decode(text.encoding, errors="replace")
    records = _records_path(content)
    plain = folder / "document.json"
    plain.write_text(content, encoding="utf-8")
    path = f"{records}[*]"
    documents = f"""
        select unnest(json_extract(cast(content as json), {literal(path)})) as document
        from read_text({literal(str(plain))})
        limit {SAMPLE_ROWS}
    """
    return _objects(connection, file, relation, documents, text, records=records)


def _records_path(content: str) -> str:
    """Return where the rows of a JSON document stand: its only, or longest, list of objects."""
    try:
        document = json.loads(content)
    except ValueError as error:
        message = (
            f"the file is no complete JSON document ({error.__class__.__name__}); export it again"
        )
        raise BadFileError(message) from error
    lists = sorted(_lists(document, "$"), key=lambda found: -found[1])
    if not lists:
        message = "the JSON document holds no list of objects, so no rows can be told in it"
        raise BadFileError(message)
    return lists[0][0]


def _lists(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, int]]:
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            yield path, len(value)
    elif isinstance(value, dict) and depth < DEEPEST_KEY:
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{_key(key)}", depth + 1)


def _objects(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    documents: str,
    text: _Text,
    *,
    prefix: Path | None = None,
    records: str = "",
) -> Sample:
    connection.execute(f"create or replace temp table {relation}_documents as {documents}")
    row = connection.execute(
        f"select json_group_structure(document) from {relation}_documents "
        "where json_type(document) = 'OBJECT'"
    ).fetchone()
    structure = json.loads(row[0]) if row and row[0] else {}
    if not isinstance(structure, Mapping) or not structure:
        message = "the file holds no JSON object with keys; write one object a line"
        raise BadFileError(message)
    leaves = list(_leaves(structure))
    paths = [name if name.startswith("$") else f"$.{_key(name)}" for name, _ in leaves]
    cells = ", ".join(f"cells[{place + 1}] as c{place}" for place in range(len(paths)))
    connection.execute(f"""
        create or replace temp table {relation} as
        with parsed as (
            select json_extract_string(document, [{literals(paths)}]) as cells
            from {relation}_documents
            where json_type(document) = 'OBJECT'
        )

        select {cells} from parsed
    """)
    rows = _count(connection, relation)
    return Sample(
        file=file,
        relation=relation,
        names=tuple(name for name, _ in leaves),
        engine_types=tuple(kind for _, kind in leaves),
        rows=rows,
        is_whole=text.is_whole and rows < SAMPLE_ROWS,
        shape=TextShape(encoding=text.encoding),
        prefix=prefix,
        records=records,
        notes=text.notes,
    )


def _leaves(
    structure: Mapping[str, Any], path: str = "", depth: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield each key that holds a value, objects opened, with ``json``, ``boolean`` or no type."""
    for key, kind in structure.items():
        name = f"{path}.{_key(key)}" if path else key
        inside = f"{path or '$'}.{_key(key)}"
        if isinstance(kind, Mapping) and kind and depth < DEEPEST_KEY:
            yield from _leaves(kind, inside, depth + 1)
        elif isinstance(kind, str) and kind != "JSON":
            yield name, {"BOOLEAN": "boolean"}.get(kind, "")
        else:
            yield name, "json"


def _key(name: str) -> str:
    return name if name.replace("_", "a").isalnum() and name.isascii() else f'"{name}"'


def _parquet(connection: duckdb.DuckDBPyConnection, file: FoundFile, relation: str) -> Sample:
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
    rows = _count(connection, relation)
    return Sample(
        file=file,
        relation=relation,
        names=tuple(name for name, _ in described),
        engine_types=tuple("" if kind == "VARCHAR" else kind for _, kind in described),
        rows=rows,
        is_whole=rows < SAMPLE_ROWS,
    )


def _excel(connection: duckdb.DuckDBPyConnection, file: FoundFile, relation: str) -> Sample:
    sheets = _sheets(file.path)
    import_extension("excel", con=connection)
    connection.execute("load excel")
    connection.execute(
        f"create or replace temp table {relation} as select * from read_xlsx("
        f"{literal(str(file.path))}, header = true, all_varchar = true, sheet = "
        f"{literal(sheets[0])}) limit {SAMPLE_ROWS}"
    )
    described = connection.execute(f"describe {relation}").fetchall()
    names = tuple(row[0] for row in described)
    for place, name in enumerate(names):
        connection.execute(f"alter table {relation} rename column {identifier(name)} to c{place}")
    rows = _count(connection, relation)
    notes: tuple[str, ...] = ()
    if len(sheets) > 1:
        notes = (f"only the first sheet is read of: {', '.join(sheets)}",)
    return Sample(
        file=file,
        relation=relation,
        names=names,
        engine_types=("",) * len(names),
        rows=rows,
        is_whole=rows < SAMPLE_ROWS,
        sheet=sheets[0],
        notes=notes,
    )


def _sheets(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            workbook = archive.read("xl/workbook.xml")
    except (KeyError, zipfile.BadZipFile) as error:
        message = "the file is called .xlsx and holds no workbook; save it from Excel again"
        raise BadFileError(message) from error
    # Nothing is resolved from outside: expat reads no external entity, and sheets are attributes.
    root = ElementTree.fromstring(workbook)  # noqa: S314
    return [
        element.attrib["name"] for element in root.iter() if element.tag.endswith("}sheet")
    ] or ["Sheet1"]


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0
