"""Samples of JSON: keys opened to the values in them, which become columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration.draft.landing_files import BadFileError, FoundFile, first_bytes
from orchestration.draft.sample import SAMPLE_ROWS, Sample, SampledText, count_rows
from orchestration.draft.text_shape import TextShape
from orchestration.extract.sql_text import literal, literals

# A JSON document can only be read whole.
MOST_DOCUMENT_BYTES = 64 << 20
DEEPEST_KEY = 4


def sample_json_lines(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    text: SampledText,
    folder: Path,
) -> Sample:
    """Return the sample of a file with one object a line."""
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


def sample_json_document(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    relation: str,
    text: SampledText,
    folder: Path,
) -> Sample:
    """Return the sample of a document that holds a list of objects.

    Raises
    ------
    BadFileError
        When it is too large, incomplete, or holds no list of objects.
    """
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
    text: SampledText,
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
    rows = count_rows(connection, relation)
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
