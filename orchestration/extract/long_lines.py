"""Lines too long for the engine, taken out of a file before it reads it.

Over a line of many megabytes the engine's scanner needs as much memory, or passes it over without a
word. Such a line is nearly always a quote or a bracket that was never closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

import duckdb

from orchestration.extract.staging import REJECTS
from orchestration.extract.text_files import LONGEST_LINE_BYTES, PIECE_BYTES, TextFile

SHOWN_BYTES = 1_000


@dataclass(frozen=True, kw_only=True)
class LongLine:
    """One line that was taken out: its number from 1, its size, and how it begins."""

    line_number: int
    size: int
    begin: bytes


def take_out_long_lines(text: TextFile) -> tuple[TextFile, list[LongLine]]:
    """Return the file with blank lines in place of those too long, and what was taken out."""
    if not text.has_long_lines:
        return text, []
    copy = text.spool / "short"
    with text.path.open("rb") as source, copy.open("wb") as target:
        taken = list(_copy_short_lines(source, target))
    return replace(text, path=copy, has_long_lines=False, has_blank_lines=True), taken


def reject_long_lines(connection: duckdb.DuckDBPyConnection, lines: list[LongLine]) -> int:
    """Put lines that were taken out among the rejects of the staged file; return their number."""
    for line in lines:
        connection.execute(
            f"insert into {REJECTS} (line_number, line_count, from_row, raw_text, message) "
            "values ($1, 1, 0, $2, $3)",
            [
                line.line_number,
                line.begin.decode(errors="replace"),
                f"the line has {line.size:,} bytes, of which at most {LONGEST_LINE_BYTES:,} can be "
                "read; look for a quote or bracket that is not closed, or split the line; its "
                "first part is shown",
            ],
        )
    return len(lines)


def _copy_short_lines(source: IO[bytes], target: IO[bytes]) -> Iterator[LongLine]:
    line_number, held = 1, b""
    while piece := source.read(PIECE_BYTES):
        data = held + piece
        end = data.find(b"\n")
        size = len(data) if end < 0 else end
        if size > LONGEST_LINE_BYTES:
            begin = data[:SHOWN_BYTES]
            while end < 0 and (data := source.read(PIECE_BYTES)):
                end = data.find(b"\n")
                size += len(data) if end < 0 else end
            yield LongLine(line_number=line_number, size=size, begin=begin)
            target.write(b"\n")
            line_number += 1
            data = data[end + 1 :] if end >= 0 else b""
        whole = data.rfind(b"\n") + 1
        target.write(data[:whole])
        line_number += data.count(b"\n", 0, whole)
        held = data[whole:]
    target.write(held)
