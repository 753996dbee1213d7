"""Which physical line of a text file each row begins on.

The engine numbers the rows that it could read. A row's line differs from that number by the header,
by line breaks inside quotes of earlier rows, by lines that were rejected, and by blank lines, which
the engine passes over. Most files have none of these, and then nothing is computed.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.extract.staging import NUMBERED, REJECTS, ROWS
from orchestration.extract.text_files import PIECE_BYTES, TextFile

JUMPS = "throughline_jumps"
BLANKS = "throughline_blanks"
LINE_FEED, RETURN = 10, 13

Integers = npt.NDArray[np.int64]


def number_rows(
    connection: duckdb.DuckDBPyConnection,
    text: TextFile,
    *,
    header_lines: int,
    quote: str,
    skips_blank_lines: bool,
    only: str = "true",
) -> int:
    """Create the view `NUMBERED` of staged rows with ``_source_line``, counted from 1.

    Parameters
    ----------
    header_lines
        Lines before the first row.
    skips_blank_lines
        Whether a blank line is no row; in a file of one column it is one.
    only
        Condition on staged rows that are rows at all.

    Returns
    -------
    int
        Lines of the file, header and blank ones included, that are accounted for: one for each row
        and each line break inside it, and those set aside.
    """
    blanks = np.empty(0, dtype=np.int64)
    if skips_blank_lines and text.has_blank_lines:
        blanks = blank_lines(text.path, quote)
        blanks = blanks[blanks > header_lines]
    _place_rejects(connection, blanks, header_lines)
    _make_jumps(connection, has_breaks=text.has_quotes and bool(quote))
    _make_blanks(connection, blanks)
    first_line = header_lines + 1
    line = f"staged.rowid + {first_line}"
    joins = ""
    if _has_rows(connection, JUMPS):
        joins += f" asof left join {JUMPS} as jump on staged.rowid >= jump.from_row"
        line += " + coalesce(jump.lines, 0)"
    if len(blanks):
        joins += f" asof left join {BLANKS} as blank on {line} >= blank.from_line"
        line += " + coalesce(blank.lines, 0)"
    connection.execute(
        f"create or replace temp view {NUMBERED} as "
        f"select staged.*, {line} as _source_line from {ROWS} as staged{joins} where {only}"
    )
    breaks = "coalesce(sum(_breaks), 0)" if text.has_quotes and quote else "0"
    counted = connection.execute(
        f"select count(*) + {breaks} + (select coalesce(sum(line_count), 0) from {REJECTS}) "
        f"from {ROWS}"
    ).fetchone()
    return header_lines + len(blanks) + (int(counted[0]) if counted else 0)


def lines_at(path: Path, offsets: Integers) -> Integers:
    """Return the line, from 1, on which each byte of ``offsets`` (ascending, from 0) stands."""
    lines = np.empty(len(offsets), dtype=np.int64)
    before = start = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            ends = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == LINE_FEED) + start
            low, high = np.searchsorted(offsets, [start, start + len(piece)])
            lines[low:high] = before + np.searchsorted(ends, offsets[low:high]) + 1
            before += len(ends)
            start += len(piece)
    lines[offsets >= start] = before + 1
    return lines


def blank_lines(path: Path, quote: str) -> Integers:
    """Return the lines, from 1, that are blank and not inside quotes."""
    found: list[Integers] = [np.empty(0, dtype=np.int64)]
    inside = 0
    before = 0
    last = LINE_FEED
    mark = ord(quote) if quote else -1
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            # A return before a line feed says nothing here, so that both line ends look alike.
            data = np.frombuffer(piece.replace(b"\r", b""), dtype=np.uint8)
            if not len(data):
                continue
            quotes_so_far = np.cumsum(data == mark, dtype=np.int64) + inside
            previous = np.concatenate((np.array([last], dtype=np.uint8), data[:-1]))
            ends = data == LINE_FEED
            blank = ends & (previous == LINE_FEED) & (quotes_so_far % 2 == 0)
            line_of = before + np.cumsum(ends, dtype=np.int64)
            found.append(line_of[blank])
            inside = int(quotes_so_far[-1])
            before = int(line_of[-1])
            last = int(data[-1])
    return np.concatenate(found)


def _place_rejects(
    connection: duckdb.DuckDBPyConnection, blanks: Integers, header_lines: int
) -> None:
    """Fill in the number of sound rows before each reject: its record number less the rejects'."""
    records = connection.execute(
        f"select record_line, line_number from {REJECTS} order by line_number"
    ).fetchnumpy()
    if not len(records["line_number"]):
        return
    lines = np.asarray(records["line_number"], dtype=np.int64)
    earlier_blanks = np.searchsorted(blanks, lines)
    earlier_rejects = np.arange(len(lines))
    from_rows = (
        np.asarray(records["record_line"], dtype=np.int64)
        - (header_lines + 1)
        - earlier_rejects
        - earlier_blanks
    )
    places = {"line_number": lines, "from_row": np.maximum(from_rows, 0)}
    connection.register("throughline_places", places)
    connection.execute(
        f"update {REJECTS} set from_row = throughline_places.from_row from throughline_places "
        f"where {REJECTS}.line_number = throughline_places.line_number"
    )
    connection.unregister("throughline_places")


def _make_jumps(connection: duckdb.DuckDBPyConnection, *, has_breaks: bool) -> None:
    breaks = f"select rowid + 1 as from_row, _breaks as lines from {ROWS} where _breaks > 0"
    rejects = f"select from_row, line_count as lines from {REJECTS}"
    events = f"{breaks} union all {rejects}" if has_breaks else rejects
    connection.execute(
        f"create or replace temp table {JUMPS} as "
        "select from_row, cast(sum(sum(lines)) over (order by from_row) as bigint) as lines "
        f"from ({events}) group by from_row order by from_row"
    )


def _make_blanks(connection: duckdb.DuckDBPyConnection, blanks: Integers) -> None:
    """Keep, for lines counted without blank ones, how many blank ones lie before."""
    order = np.arange(len(blanks), dtype=np.int64)
    connection.register("throughline_places", {"from_line": blanks - order, "lines": order + 1})
    connection.execute(
        f"create or replace temp table {BLANKS} as "
        "select from_line, max(lines) as lines from throughline_places group by from_line"
    )
    connection.unregister("throughline_places")


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f"select 1 from {table} limit 1").fetchone() is not None
