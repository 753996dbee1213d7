"""Proof of an erasure: a search for the person's identifiers through everything that is kept."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import duckdb

from orchestration.erasure.identifiers import NOT_BEFORE, NOT_BEHIND, Identifiers
from orchestration.erasure.workbooks import is_workbook, places
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.text_files import DAMAGED
from orchestration.extract.workbooks import LEGACY_SIGNATURE

PIECE_BYTES = 1 << 24
# Longest identifier that is found across the seam of two pieces.
SEAM_BYTES = 1 << 10
# An archive in an archive is unpacked beside memory when it is larger.
SPOOL_BYTES = 1 << 26
ENCRYPTED = 0x1
# A workbook with a password is a container of the old kind; others of that kind can be searched.
SEALED_WORKBOOK = "EncryptedPackage"


def find_traces(folders: Iterable[Path], identifiers: Identifiers) -> list[Path]:
    """Return every file below ``folders`` in which one of the identifiers stands.

    Compressed files are unpacked, Parquet and DuckDB files are queried; links are followed once, at
    their target.
    """
    if not identifiers:
        return []
    paths = {
        path.resolve()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    return [path for path in sorted(paths) if holds(path, identifiers)]


def holds(path: Path, identifiers: Identifiers) -> bool:
    """Return whether one of the identifiers stands in a file, whatever its format."""
    if not identifiers:
        return False
    if path.suffix == ".parquet":
        return _parquet_holds(path, identifiers)
    if path.suffix == ".duckdb":
        return _database_holds(path, identifiers)
    return any(True for _ in members_that_hold(path, identifiers))


def members_that_hold(path: Path, identifiers: Identifiers) -> Iterator[str]:
    """Yield the members of an archive in which an identifier stands; of a plain file, its name."""
    if not identifiers:
        return
    with path.open("rb") as file:
        yield from _holding(file, path.name, identifiers)


def is_sealed(path: Path) -> bool:
    """Return whether a file or a part of it can only be looked into with a password."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return any(member.flag_bits & ENCRYPTED for member in archive.infolist())
    with path.open("rb") as file:
        if file.read(len(LEGACY_SIGNATURE)) != LEGACY_SIGNATURE:
            return False
        return _stream_holds(file, _Finder(Identifiers(in_any_case=(SEALED_WORKBOOK,))))


def _holding(file: IO[bytes], name: str, identifiers: Identifiers) -> Iterator[str]:
    """Yield names of what holds an identifier; a damaged archive is looked at as far as it goes."""
    try:
        if is_workbook(file):
            yield from (f"{name}: {place}" for place in places(file, identifiers))
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    with archive.open(member) as packed:
                        yield from _holding_packed(packed, member.filename, identifiers)
        elif _is_gzip(file):
            with gzip.open(file, "rb") as packed:
                yield from _holding_packed(packed, name, identifiers)  # type: ignore[arg-type]  # GzipFile reads like any binary file
        elif _stream_holds(file, _Finder(identifiers)):
            yield name
    except DAMAGED:
        # A truncated archive was never loaded, and what could be unpacked of it was looked at.
        return


def _holding_packed(packed: IO[bytes], name: str, identifiers: Identifiers) -> Iterator[str]:
    """Look into a member; one that is an archive itself has to be unpacked to be looked into."""
    start = packed.read(4)
    if not start.startswith((b"PK", b"\x1f\x8b")):
        if _stream_holds(packed, _Finder(identifiers), start=start):
            yield name
        return
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as inner:
        inner.write(start)
        shutil.copyfileobj(packed, inner)
        inner.seek(0)
        yield from _holding(inner, name, identifiers)


def _is_gzip(file: IO[bytes]) -> bool:
    file.seek(0)
    start = file.read(2)
    file.seek(0)
    return start == b"\x1f\x8b"


class _Finder:
    """The identifiers in UTF-8 and in UTF-16, as wholes and not as parts of others."""

    def __init__(self, identifiers: Identifiers) -> None:
        before, behind = NOT_BEFORE.encode(), NOT_BEHIND.encode()
        self.in_lower_case: list[bytes] = []
        self.as_written: list[bytes] = []
        patterns = []
        for values, flag, plain_texts in (
            (identifiers.in_any_case, b"(?i:", self.in_lower_case),
            (identifiers.as_written, b"(?:", self.as_written),
        ):
            for value in values:
                plain, wide = value.encode(), value.encode("utf-16-le")
                plain_texts += [plain, wide]
                patterns += [
                    b"(?<![" + before + b"])" + flag + re.escape(plain) + b")(?![" + behind + b"])",
                    b"(?<![" + before + b"]\x00)" + flag + re.escape(wide)
                    + b")(?![" + behind + b"]\x00)",
                ]  # fmt: skip
        self.in_lower_case = [text.lower() for text in self.in_lower_case]
        self.pattern = re.compile(b"|".join(patterns))

    def finds(self, content: bytes) -> bool:
        """Return whether one stands in ``content``.

        Most files hold none, and to look for plain bytes takes a hundredth of the time of a
        pattern, which is asked only where bytes are there.
        """
        lowered = content.lower()
        has_bytes = any(text in lowered for text in self.in_lower_case) or any(
            text in content for text in self.as_written
        )
        return has_bytes and bool(self.pattern.search(content))


def _stream_holds(stream: IO[bytes], finder: _Finder, *, start: bytes = b"") -> bool:
    tail = start
    while piece := stream.read(PIECE_BYTES):
        if finder.finds(tail + piece):
            return True
        tail = (tail + piece)[-SEAM_BYTES:]
    return finder.finds(tail)


def _parquet_holds(path: Path, identifiers: Identifiers) -> bool:
    with duckdb.connect() as connection:
        return _relation_holds(connection, f"read_parquet({literal(str(path))})", identifiers)


def _database_holds(path: Path, identifiers: Identifiers) -> bool:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        return any(
            _relation_holds(connection, f"{identifier(schema)}.{identifier(name)}", identifiers)
            for schema, name in tables
        )


def _relation_holds(
    connection: duckdb.DuckDBPyConnection, relation: str, identifiers: Identifiers
) -> bool:
    columns = connection.execute(
        f"select column_name from (describe select * from {relation}) where column_type not in "
        "('BIGINT', 'INTEGER', 'DOUBLE', 'BOOLEAN', 'DATE', 'TIMESTAMP') "
        "and not starts_with(column_type, 'DECIMAL')"
    ).fetchall()
    pattern = literal(f"(^|[^{NOT_BEFORE}])({identifiers.expression})($|[^{NOT_BEHIND}])")
    tests = " or ".join(
        f"regexp_matches(cast({identifier(name)} as varchar), {pattern})" for (name,) in columns
    )
    if not tests:
        return False
    found = connection.execute(f"select 1 from {relation} where {tests} limit 1").fetchone()
    return found is not None
