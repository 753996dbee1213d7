"""Proof of an erasure: a search for the person's identifiers through everything that is kept."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import duckdb

from orchestration.erasure.subject import NOT_BEFORE, NOT_BEHIND
from orchestration.extract.sql_text import identifier, literal

PIECE_BYTES = 1 << 24
# Longest identifier that is found across the seam of two pieces.
SEAM_BYTES = 1 << 10


def find_traces(folders: Iterable[Path], values: tuple[str, ...]) -> list[Path]:
    """Return every file below ``folders`` in which one of ``values`` stands.

    Compressed files are unpacked, Parquet and DuckDB files are queried; links are followed once, at
    their target.
    """
    if not values:
        return []
    paths = {
        path.resolve()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    return [path for path in sorted(paths) if holds(path, values)]


def holds(path: Path, values: tuple[str, ...]) -> bool:
    """Return whether one of ``values`` stands in a file, whatever its format."""
    if path.suffix == ".parquet":
        return _parquet_holds(path, values)
    if path.suffix == ".duckdb":
        return _database_holds(path, values)
    pattern = re.compile(b"|".join(_byte_patterns(values)), re.IGNORECASE)
    return any(_stream_holds(stream, pattern) for stream in _streams(path))


def _byte_patterns(values: tuple[str, ...]) -> Iterator[bytes]:
    before, behind = NOT_BEFORE.encode(), NOT_BEHIND.encode()
    for value in values:
        plain = re.escape(value).encode()
        yield b"(?<![" + before + b"])" + plain + b"(?![" + behind + b"])"
        yield re.escape(value.encode("utf-16-le"))


def _streams(path: Path) -> Iterator[IO[bytes]]:
    """Yield what is in a file, unpacked; a damaged archive is looked at as it is."""
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as packed:
            yield packed  # type: ignore[misc]  # GzipFile reads like any binary file
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                with archive.open(member) as unpacked:
                    yield unpacked
    else:
        with path.open("rb") as plain:
            yield plain


def _stream_holds(stream: IO[bytes], pattern: re.Pattern[bytes]) -> bool:
    tail = b""
    try:
        while piece := stream.read(PIECE_BYTES):
            if pattern.search(tail + piece):
                return True
            tail = (tail + piece)[-SEAM_BYTES:]
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile):
        # A truncated archive was never loaded, and what could be unpacked of it was looked at.
        return False
    return False


def _parquet_holds(path: Path, values: tuple[str, ...]) -> bool:
    with duckdb.connect() as connection:
        return _relation_holds(connection, f"read_parquet({literal(str(path))})", values)


def _database_holds(path: Path, values: tuple[str, ...]) -> bool:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        return any(
            _relation_holds(connection, f"{identifier(schema)}.{identifier(name)}", values)
            for schema, name in tables
        )


def _relation_holds(
    connection: duckdb.DuckDBPyConnection, relation: str, values: tuple[str, ...]
) -> bool:
    columns = connection.execute(
        f"select column_name from (describe select * from {relation}) where column_type not in "
        "('BIGINT', 'INTEGER', 'DOUBLE', 'BOOLEAN', 'DATE', 'TIMESTAMP') "
        "and not starts_with(column_type, 'DECIMAL')"
    ).fetchall()
    alternatives = "|".join(re.escape(value.lower()) for value in values)
    before, behind = NOT_BEFORE.lower(), NOT_BEHIND.lower()
    pattern = literal(f"(^|[^{before}])({alternatives})($|[^{behind}])")
    tests = " or ".join(
        f"regexp_matches(lower(cast({identifier(name)} as varchar)), {pattern})"
        for (name,) in columns
    )
    if not tests:
        return False
    found = connection.execute(f"select 1 from {relation} where {tests} limit 1").fetchone()
    return found is not None
