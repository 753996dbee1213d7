"""How a delimited text file is written: encoding, delimiter, quote and header rows."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import duckdb

from orchestration.draft.dates import looks_like_a_time
from orchestration.draft.landing_files import BadFileError
from orchestration.extract.sql_text import literal
from orchestration.extract.text_files import BYTE_ORDER_MARKS

DELIMITERS = (",", ";", "\t", "|")
ROWS_LOOKED_AT = 500
# Most rows of a delimited file have as many fields as its header.
EVEN_SHARE = 0.8
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, kw_only=True)
class TextShape:
    """How a text file is written.

    Attributes
    ----------
    names
        Names of its columns, in order; ``column_1`` and so on without a header.
    notes
        What is uncertain about this guess.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_rows: int = 1
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def guess_encoding(first: bytes, *, is_whole: bool) -> tuple[str, tuple[str, ...]]:
    """Return the encoding of the beginning of a file, and what is uncertain about it."""
    for mark, name in BYTE_ORDER_MARKS.items():
        if first.startswith(mark):
            return name, ()
    if first.count(0) * 4 > len(first):
        return ("utf-16-le" if first[1:2] == b"\x00" else "utf-16-be"), ()
    try:
        first.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sample may end inside a character.
        if is_whole or error.start < len(first) - 4:
            return _single_byte_encoding(first)
    return "utf-8", ()


def _single_byte_encoding(first: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        first.decode("cp1252")
        name = "cp1252" if re.search(rb"[\x80-\x9f]", first) else "latin-1"
    except UnicodeDecodeError:
        name = "latin-1"
    note = (
        f"the text is not UTF-8; {name} reads it, and so would other encodings of one byte a "
        "letter: look at words with accents in what is loaded, and say --encoding if they are wrong"
    )
    return name, (note,)


def guess_text_shape(
    connection: duckdb.DuckDBPyConnection, text: str, sample: Path, *, header_rows: int | None
) -> TextShape:
    """Return how ``text``, which also lies in the file ``sample`` as UTF-8, is delimited.

    The engine's sniffer proposes; what it says holds only when rows split evenly by it.

    Raises
    ------
    BadFileError
        When lines stand before the header.
    """
    lines = text[: 1 << 20].splitlines(keepends=True)
    delimiter, quote = _sniffed(connection, sample)
    ranked = sorted(
        {(delimiter, quote), *((mark, '"') for mark in DELIMITERS)},
        key=lambda pair: (-_evenness(lines, *pair), pair != (delimiter, quote), pair),
    )
    delimiter, quote = ranked[0]
    rows = _rows(lines, delimiter, quote)
    _check_beginning(rows)
    shape = TextShape(delimiter=delimiter, quote=quote)
    if header_rows is None:
        header_rows, notes = guess_header_rows(rows)
        shape = replace(shape, notes=notes)
    names = (
        tuple(name.strip() for name in rows[0])
        if header_rows
        else tuple(f"column_{number}" for number in range(1, len(rows[0]) + 1))
    )
    return replace(shape, header_rows=header_rows, names=names)


def guess_header_rows(rows: Sequence[Sequence[str]]) -> tuple[int, tuple[str, ...]]:
    """Return how many rows stand before the first row of data, and what is uncertain about it."""
    first, *others = rows
    if len(rows) >= 3 and any(_is_import_id(cell) for cell in rows[2]):
        return 3, ()
    if any(_is_data(cell) for cell in first):
        note = "the first row holds data, so there is no header: columns are numbered in order"
        return 0, (note,)
    columns = list(zip(*(row for row in others if len(row) == len(first)), strict=True))
    if any(any(_is_data(cell) for cell in column) for column in columns):
        return 1, ()
    recurring = sum(
        bool(cell) and cell in column for cell, column in zip(first, columns, strict=False)
    )
    if columns and recurring * 2 >= len(first) and recurring:
        note = (
            "the first row's texts occur again below, so there seems to be no header: columns are "
            "numbered in order; say --header-rows 1 if that is wrong"
        )
        return 0, (note,)
    if not columns:
        return 1, ("the file holds a header and no rows, so every column is taken for text",)
    return 1, ("all columns are text; the first row is taken for the header",)


def _sniffed(connection: duckdb.DuckDBPyConnection, sample: Path) -> tuple[str, str]:
    try:
        row = connection.execute(
            f"select Delimiter, Quote from sniff_csv({literal(str(sample))}, all_varchar = true, "
            "sample_size = 2000, ignore_errors = true)"
        ).fetchone()
    except duckdb.Error:
        # The sniffer gives up on uneven text; the candidates are then compared without it.
        return ",", '"'
    delimiter, quote = row or (",", '"')
    # No quotes in the sample does not mean none in later files.
    return (delimiter if len(delimiter) == 1 else ","), (quote if quote == "'" else '"')


def _evenness(lines: list[str], delimiter: str, quote: str) -> float:
    """Return how evenly rows split: the share with the commonest number of fields, if over one."""
    rows = _rows(lines, delimiter, quote)
    if not rows:
        return 0.0
    if quote == "'" and not any(f"{mark}'" in line for line in lines[:50] for mark in delimiter):
        return 0.0
    (fields, count), *_ = Counter(len(row) for row in rows).most_common(1)
    return (count / len(rows)) * (1 - 1 / fields) if fields > 1 else 0.0


def _rows(lines: list[str], delimiter: str, quote: str) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=False)
    try:
        return list(islice((row for row in reader if row), ROWS_LOOKED_AT))
    except csv.Error:
        return []


def _check_beginning(rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        message = "no row can be told in the text; check that it is delimited text"
        raise BadFileError(message)
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    ahead = next((place for place, row in enumerate(rows) if len(row) == usual), 0)
    if 0 < ahead <= 20 and len(rows) > 2 * ahead and all(len(row) < usual for row in rows[:ahead]):
        message = (
            f"{ahead} lines stand before the header of {usual} columns; remove them, or export "
            "the table without its title"
        )
        raise BadFileError(message)


def _is_import_id(cell: str) -> bool:
    """Return whether a cell is of Qualtrics' third header row."""
    try:
        found = json.loads(cell)
    except ValueError:
        return False
    return isinstance(found, dict) and "ImportId" in found


def _is_data(cell: str) -> bool:
    cell = cell.strip()
    return bool(
        NUMBER.fullmatch(cell) or EMAIL.fullmatch(cell) or (cell and looks_like_a_time(cell))
    )
