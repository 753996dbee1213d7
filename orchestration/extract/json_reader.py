"""JSON: one object a line, or a document that holds an array of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from orchestration.extract.checks import Check
from orchestration.extract.json_paths import first_key, holds_array, path_of, plain_steps, without
from orchestration.extract.json_required import check_required_keys, found_keys
from orchestration.extract.line_numbers import number_rows
from orchestration.extract.long_lines import reject_long_lines, take_out_long_lines
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import literal, literals
from orchestration.extract.staging import (
    NUMBERED,
    ROWS,
    Arrival,
    SourceColumns,
    StagedFile,
    checked_select,
    keep_rows,
)
from orchestration.extract.text_files import FileProblemError, TextFile
from orchestration.extract.text_reader import (
    NEVER_IN_TEXT,
    check_lines,
    collect_rejects,
    prepare_rejects,
    scan_text,
)

START_CHARACTERS = 1 << 20
# The engine holds an object in memory as a whole; lines and arrays are read one row at a time.
LARGEST_OBJECT_BYTES = 1 << 28
LEAST_OBJECT_BYTES = 1 << 24
# Keys made of data, such as addresses, do not belong into a message.
TELLING_KEY = re.compile(r"[A-Za-z_][\w .:-]{0,59}")
MOST_KEYS_TOLD = 20


def stage_json(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
) -> StagedFile:
    """Stage the rows of one file of JSON lines, or of one JSON document.

    Blank lines are no rows. The line of a document's row is its number from 1.

    Raises
    ------
    FileProblemError
        When a document does not hold an array of rows where the contract says, or no row of the
        file has a key that the contract requires.
    """
    kind = _kind(contract, text.path)
    if kind == "lines":
        rows_in = _stage_lines(connection, contract, text, arrival)
    else:
        relation = (
            f"select cast(json as varchar) as line from read_json_objects("
            f"{literal(str(text.path))}, format = 'array')"
            if kind == "array"
            else _records(connection, contract, text.path)
        )
        rows_in = _stage_document(connection, contract, text, relation, arrival)
    check_required_keys(connection, contract)
    return StagedFile(rows_in=rows_in, warnings=_unknown_keys(connection, contract))


def _kind(contract: StreamContract, path: Path) -> str:
    """Return how the file holds its rows: ``lines``, an ``array`` or an ``object``.

    The first character tells an array. An object is one when the contract's path is in it, or when
    it runs over several lines.
    """
    with path.open(encoding="utf-8-sig") as file:
        start = file.read(START_CHARACTERS).lstrip()
    first, _, later = start.partition("\n")
    whole = _parsed_line(first)
    if start.startswith("["):
        return "lines" if whole is not None and later.strip() else "array"
    if whole is not None:
        is_page = contract.records is not None and holds_array(whole, contract.records)
        return "object" if is_page else "lines"
    is_open = first.strip() == "{" or (contract.records is not None and first.startswith("{"))
    return "object" if is_open else "lines"


def _parsed_line(line: str) -> object | None:
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found


def _stage_lines(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    arrival: Arrival,
) -> int:
    text, too_long = take_out_long_lines(text)
    scan = scan_text(
        text,
        columns=["line"],
        skip=0,
        delimiter=NEVER_IN_TEXT,
        quote="",
        null_values=[""],
    )
    prepare_rejects(connection)
    lines = f"select case when trim(line) = '' then null else line end as line from {scan}"
    select = checked_select(
        contract,
        _columns(
            contract,
            "the line is no JSON object; write one object a line, with line breaks escaped",
        ),
        f"({_parsed(contract, lines)})",
        arrival=arrival,
        bad_bytes=text.has_bad_bytes,
        others=["line is null as _is_blank", *found_keys(contract)],
    )
    keep_rows(connection, select, file=text.path, spool=text.spool)
    rejected = collect_rejects(connection, text)
    # Blank lines are numbered with the rest and then left out, so that no line shifts.
    lines_read = number_rows(
        connection,
        text,
        header_lines=0,
        quote="",
        skips_blank_lines=False,
        only="not _is_blank",
    )
    check_lines(lines_read, text)
    rejected += reject_long_lines(connection, too_long)
    rows = connection.execute(f"select count(*) from {ROWS} where not _is_blank").fetchone()
    return (rows[0] if rows else 0) + rejected


def _stage_document(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    text: TextFile,
    relation: str,
    arrival: Arrival,
) -> int:
    prepare_rejects(connection)
    select = checked_select(
        contract,
        _columns(contract, "the entry of the array is no JSON object; correct it in the export"),
        f"({_parsed(contract, relation)})",
        arrival=arrival,
        others=["false as _is_blank", *found_keys(contract)],
    )
    rows = keep_rows(connection, select, file=text.path, spool=text.spool)
    connection.execute(
        f"create or replace temp view {NUMBERED} as select *, rowid + 1 as _source_line from {ROWS}"
    )
    return rows


def _records(connection: duckdb.DuckDBPyConnection, contract: StreamContract, path: Path) -> str:
    """Return a select of the entries of the array in each object of the file."""
    size = path.stat().st_size
    if size > LARGEST_OBJECT_BYTES:
        message = (
            f"the JSON document has {size:,} bytes, of which at most {LARGEST_OBJECT_BYTES:,} can "
            "be read as one; export it as JSON lines, one object a line"
        )
        raise FileProblemError(message)
    objects = (
        f"read_json_objects({literal(str(path))}, format = 'unstructured', "
        f"maximum_object_size = {max(size, LEAST_OBJECT_BYTES)})"
    )
    place = literal(contract.records or "$")
    lacking = connection.execute(
        f"select json_structure(json) from {objects} "
        f"where json_type(json, {place}) is distinct from 'ARRAY' limit 1"
    ).fetchone()
    if lacking is not None:
        raise FileProblemError(_without_array(contract, json.loads(lacking[0] or "null")))
    every = literal(f"{contract.records}[*]")
    return f"select cast(unnest(json_extract(json, {every})) as varchar) as line from {objects}"


def _without_array(contract: StreamContract, structure: object) -> str:
    keys = structure.items() if isinstance(structure, Mapping) else ()
    arrays = [f"$.{key}" for key, value in keys if isinstance(value, list) and _is_telling(key)]
    return (
        f"the file is a JSON document without an array at {contract.records or 'its top'}; say in "
        "the contract where its rows are, as `records: $.path.to.array`"
        + (f" (there are arrays at {', '.join(arrays)})" if arrays else "")
    )


def _parsed(contract: StreamContract, lines: str) -> str:
    """Return a select of each line with the contract's keys taken out of it as text.

    ``cells`` holds the first value found for each contract column.
    """
    paths = [path_of(name) for column in contract.columns for name in column.names]
    nulls = f"[{literals(contract.null_values)}]" if contract.null_values else "[]"
    return f"""
        with lines as (
            {lines}
        ),

        parsed as (
            select line, try_cast(line as json) as document from lines
        )

        select
            line,
            document,
            json_type(document) as document_type,
            list_transform(
                json_extract_string(document, [{literals(paths)}]),
                lambda cell: case when list_contains({nulls}, cell) then null else cell end
            ) as cells
        from parsed
    """


def _columns(contract: StreamContract, no_object: str) -> SourceColumns:
    sources: dict[str, tuple[str, str]] = {}
    position = 0
    for column in contract.columns:
        cells = [f"cells[{position + place}]" for place in range(1, len(column.names) + 1)]
        found = cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})"
        sources[column.name] = (found, "VARCHAR")
        position += len(cells)
    paths = {path_of(name) for column in contract.columns for name in column.names}
    return SourceColumns(
        sources=sources,
        raw_text="line",
        row_checks=[
            Check(
                fails="line is not null and document_type is distinct from 'OBJECT'",
                reason_code="malformed_row",
                message=no_object,
            )
        ],
        extra=f"case when document_type = 'OBJECT' then {without('document', paths)} end",
    )


def _unknown_keys(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract
) -> tuple[str, ...]:
    """Return a warning when rows hold keys that the contract does not know."""
    paths = [path_of(name) for column in contract.columns for name in column.names]
    known = {first_key(path) for path in paths}
    found = connection.execute(
        f"select distinct unnest(json_keys(_extra)) as key from {ROWS} "
        "where _extra is not null order by key"
    ).fetchall()
    unknown = [key for (key,) in found if key not in known]
    # Of an object that is read in part, the rest is kept too, under its key.
    unknown += [
        f"{key}.*" for (key,) in found if key in known and not _goes_through_list(key, paths)
    ]
    if not unknown:
        return ()
    told = [key for key in unknown if _is_telling(key.removesuffix(".*"))][:MOST_KEYS_TOLD]
    untold = f" and {len(unknown) - len(told)} more" if len(told) < len(unknown) else ""
    return (f"keys that the contract does not know are kept in _extra: {', '.join(told)}{untold}",)


def _goes_through_list(key: str, paths: Sequence[str]) -> bool:
    """Return whether the contract reads ``key`` by a path that cannot be taken out of it."""
    return any(first_key(path) == key and plain_steps(path) is None for path in paths)


def _is_telling(key: str) -> bool:
    return TELLING_KEY.fullmatch(key) is not None
