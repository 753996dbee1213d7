"""Which rows of which landing files are the person's.

A row is the person's when a column that its contract marks as an identity holds one of their
identifiers and the row is not named after somebody else; or when it refers to such a row of its
source: a column called like that row's key (``invitation_id``), or, where keys are all called
``id``, like its stream (``ticket_id``). Files are read by the loader's own readers, so rows in
quarantine and duplicates are found too.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.erasure.identifiers import Identifiers, short_ids, spellings
from orchestration.erasure.subject import Subject
from orchestration.extract.loader import landed_paths, staged_file
from orchestration.extract.shapes import SourceContract, StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.staging import NUMBERED, REJECTS, Arrival
from orchestration.extract.text_files import FileProblemError

# A key of this name says nothing about what it is a key of.
GENERAL_KEY = "id"
# Kinds of personal data that identify by themselves; other columns say `identity` in the contract.
IDENTIFYING_KINDS = ("email", "phone")
# Rows are looked for, not judged: no date is in the future.
ANY_TIME = Arrival(received_at=dt.datetime(9000, 1, 1))  # noqa: DTZ001  # UTC, as in the ledger

# An identity of the type "*" may be of any type: a vendor's "your own id".
ANY_TYPE = "*"
# An identity called "@x" is of the type that stands in the column x of the same row.
TYPE_IN_COLUMN = "@"
# Keys of rows found, per stream.
Keys = dict[str, set[str]]


@dataclass(frozen=True, kw_only=True)
class FoundRows:
    """The person's rows in one landing file.

    Attributes
    ----------
    lines
        Where they begin, as the loader counts lines; row numbers in Parquet.
    row_starts
        Where every row of the file begins, in order.
    """

    contract: StreamContract
    path: Path
    lines: tuple[int, ...]
    row_starts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found, and the files that could not be searched, with the reason."""

    found: tuple[FoundRows, ...]
    unreadable: Mapping[Path, str]


def identity_columns(contract: StreamContract) -> dict[str, str]:
    """Return the columns that hold identities, as ``{column: identity type}``."""
    columns = {}
    for column in contract.columns:
        if column.identity:
            columns[column.name] = column.identity
        elif column.personal_data in IDENTIFYING_KINDS:
            columns[column.name] = str(column.personal_data)
    return columns


def find_rows(
    sources: Sequence[SourceContract], landing: Mapping[str, Path], subject: Subject
) -> Search:
    """Find the person's rows in the landing files of all sources.

    Parameters
    ----------
    landing
        Landing folder per source.
    """
    found: list[FoundRows] = []
    unreadable: dict[Path, str] = {}
    with duckdb.connect() as connection:
        connection.execute("load icu; set TimeZone = 'UTC'")
        for source in sources:
            rows, problems = _find_in_source(connection, source, landing[source.name], subject)
            found += rows
            unreadable |= problems
    return Search(found=tuple(found), unreadable=unreadable)


def _find_in_source(
    connection: duckdb.DuckDBPyConnection, source: SourceContract, folder: Path, subject: Subject
) -> tuple[list[FoundRows], dict[Path, str]]:
    """Search until no further row refers to one already found."""
    keys: Keys = {stream.name: set() for stream in source.streams if len(stream.key) == 1}
    while True:
        known = sum(map(len, keys.values()))
        found: list[FoundRows] = []
        unreadable: dict[Path, str] = {}
        for stream in source.streams:
            condition = _condition(source, stream, subject, keys)
            for path in landed_paths(stream, folder) if condition else ():
                try:
                    rows = _find_in_file(connection, stream, path, condition, subject, keys)
                except FileProblemError as error:
                    unreadable[path] = str(error)
                    continue
                if rows is not None:
                    found.append(rows)
        if sum(map(len, keys.values())) == known:
            return found, unreadable


def _find_in_file(
    connection: duckdb.DuckDBPyConnection,
    stream: StreamContract,
    path: Path,
    condition: str,
    subject: Subject,
    keys: Keys,
) -> FoundRows | None:
    """Find the rows of one file, and note their keys, by which other rows refer to them."""
    with staged_file(connection, stream, path, ANY_TIME):
        broken = _in_text("raw_text", subject)
        lines = connection.execute(
            f"select _source_line from {NUMBERED} where {condition} "
            f"union all select line_number from {REJECTS} where {broken} order by 1"
        ).fetchnumpy()["_source_line"]
        if not len(lines):
            return None
        starts = connection.execute(
            f"select _source_line from {NUMBERED} union all select line_number from {REJECTS} "
            "order by 1"
        ).fetchnumpy()["_source_line"]
        if stream.name in keys:
            key = identifier(stream.key[0])
            rows = connection.execute(
                f"select distinct cast({key} as varchar) from {NUMBERED} "
                f"where ({condition}) and {key} is not null"
            ).fetchall()
            keys[stream.name] |= {str(value) for (value,) in rows}
    return FoundRows(
        contract=stream,
        path=path,
        lines=tuple(map(int, lines)),
        row_starts=tuple(map(int, starts)),
    )


def _condition(source: SourceContract, stream: StreamContract, subject: Subject, keys: Keys) -> str:
    """Return the condition under which a staged row is the person's, empty where none can be."""
    tests = []
    types = {column.name: column.type for column in stream.columns}
    for column, identity_type in identity_columns(stream).items():
        for kind, values in subject.values.items():
            named = identity_type.removeprefix(TYPE_IN_COLUMN)
            holds = _holds(column, types[column], _known_as(values))
            if identity_type in (kind, ANY_TYPE):
                tests.append(holds)
            elif named != identity_type:
                tests.append(f"({identifier(named)} = {literal(kind)} and {holds})")
    for name in [column.name for column in stream.columns]:
        text = f"cast({identifier(name)} as varchar)"
        for other in source.streams:
            if keys.get(other.name) and _refers(stream, name, other):
                tests.append(f"{text} in ({_listed(spellings(keys[other.name]))})")
    matches = " or ".join(f"coalesce({test}, false)" for test in tests)
    another = _is_of_another(stream, subject)
    return f"({matches}) and not {another}" if matches and another else matches


def _known_as(values: Iterable[str]) -> Identifiers:
    return Identifiers(
        in_any_case=tuple(sorted({value.lower() for value in values})),
        as_written=tuple(sorted(short_ids(values))),
    )


def _holds(column: str, column_type: str, known: Identifiers) -> str:
    """Return the condition under which a column holds one of the identifiers.

    In JSON as a string; otherwise alone, in a list (``601;602``) or as in ``Ada <ada@x.example>``.
    """
    text = f"trim(cast({identifier(column)} as varchar))"
    if column_type != "json":
        tests = [_is_or_lists(f"lower({text})", known.in_any_case)]
        if known.as_written:
            tests.append(_is_or_lists(text, known.as_written))
        return f"({' or '.join(tests)})"
    written = Identifiers(
        in_any_case=tuple(json.dumps(value)[1:-1] for value in known.in_any_case),
        as_written=known.as_written,
    )
    pattern = rf'"\s*({written.expression})\s*"'
    return f"regexp_matches({text}, {literal(pattern)})"


def _is_or_lists(text: str, values: Iterable[str]) -> str:
    parts = f"string_split_regex({text}, '[;,<>\\s]+')"
    return f"({text} in ({_listed(values)}) or list_has_any({parts}, [{_listed(values)}]))"


def _is_of_another(stream: StreamContract, subject: Subject) -> str:
    """Return the condition under which a row is named after somebody else, empty where none is.

    A company's account that gives a person's address for bills is not that person's row.
    """
    identity_type = identity_columns(stream).get(stream.key[0]) if len(stream.key) == 1 else None
    if identity_type is None:
        return ""
    own = _known_as(subject.values.get(identity_type, ()))
    text = f"trim(cast({identifier(stream.key[0])} as varchar))"
    if not own:
        return "true"
    another = f"lower({text}) not in ({_listed(own.in_any_case)})"
    if own.as_written:
        another += f" and {text} not in ({_listed(own.as_written)})"
    return f"coalesce({another}, false)"


def _refers(stream: StreamContract, column: str, other: StreamContract) -> bool:
    """Return whether ``column`` of ``stream`` holds keys of ``other``."""
    key = other.key[0]
    if key != GENERAL_KEY:
        return column == key
    return column == key if stream is other else column == f"{other.name.removesuffix('s')}_{key}"


def _in_text(column: str, subject: Subject) -> str:
    telling = subject.telling
    tests = [
        f"contains(lower({column}), {literal(value.lower())})" for value in telling.in_any_case
    ]
    tests += [f"contains({column}, {literal(value)})" for value in telling.as_written]
    return " or ".join(tests) or "false"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in sorted(values))
