"""The beginning of a file as a table of text, one column ``c0``, ``c1`` … for each of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.draft.landing_files import SAMPLE_BYTES, FoundFile
from orchestration.draft.text_shape import TextShape, guess_encoding

# In place of a type: a cell of a workbook, in which days are numbers.
EXCEL_CELL = "excel"
# Rows that are looked at; more would tell little more and cost minutes on wide files.
SAMPLE_ROWS = 50_000


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
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """Columns of ``relation``, in the order of ``names``."""
        return tuple(f"c{place}" for place in range(len(self.names)))


@dataclass(frozen=True, kw_only=True)
class SampledText:
    """The beginning of a text file, decoded, with line feeds and whole rows only."""

    content: str
    encoding: str
    is_whole: bool
    notes: tuple[str, ...]


def decoded(data: bytes, encoding: str | None) -> SampledText:
    """Return the beginning of a file as text, in ``encoding`` or the one that it seems to have."""
    is_whole = len(data) <= SAMPLE_BYTES
    notes: tuple[str, ...] = ()
    if encoding is None:
        encoding, notes = guess_encoding(data, is_whole=is_whole)
    content = data.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    return SampledText(
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


def count_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Return the rows of a table."""
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0
