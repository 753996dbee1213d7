"""Which columns identify a row: the smallest set that is unique and filled in the whole sample."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

from orchestration.draft import words
from orchestration.draft.columns import ColumnDraft
from orchestration.extract.sql_text import identifier

# With fewer rows, unique by chance is likelier than unique by nature.
FEWEST_ROWS_FOR_SETS = 20
MOST_CANDIDATES = 9
LARGEST_SET = 3
SEQUENCE_WORDS = frozenset(
    ("sequential", "sequence", "line", "position", "index", "item", "version", "number")
)


@dataclass(frozen=True, kw_only=True)
class KeyGuess:
    """The columns that identify a row, none when nothing does, and why."""

    columns: tuple[str, ...]
    note: str


def guess_key(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[ColumnDraft],
    cells: Sequence[str],
    *,
    is_whole: bool,
    refuted: Collection[tuple[str, ...]] = (),
) -> KeyGuess:
    """Find the key of a sample in which equal rows count once, as the loader counts them.

    Parameters
    ----------
    refuted
        Sets of columns that the rest of the files has shown to be none.
    """
    cell_of = {column.name: cell for column, cell in zip(columns, cells, strict=True)}
    rows = _count(connection, f"select count(*) from (select distinct * from {relation})")
    seen = f"{rows} different rows" + ("" if is_whole else ", a sample")
    if not rows:
        return KeyGuess(columns=(), note="no row to find a key in")
    filled = [column for column in columns if column.facts.filled == column.facts.rows]
    candidates = sorted(
        (column for column in filled if _can_identify(column)), key=lambda c: _rank(c, columns)
    )[:MOST_CANDIDATES]
    for size in range(1, LARGEST_SET + 1 if rows >= FEWEST_ROWS_FOR_SETS else 2):
        sets = [chosen for chosen in combinations(candidates, size) if _is_plausible(chosen, rows)]
        # Ids first, then the order of the columns in the file.
        sets.sort(key=lambda chosen: -sum(words.is_id(column.name) for column in chosen))
        for chosen in sets:
            names = tuple(c.name for c in columns if c in chosen)
            if names in refuted:
                continue
            if _is_unique(connection, relation, [cell_of[c.name] for c in chosen], rows):
                return KeyGuess(columns=names, note=f"{' and '.join(names)}: unique in {seen}")
    return KeyGuess(
        columns=(),
        note=f"no set of up to {LARGEST_SET} columns that could be a key is unique in {seen}; the "
        "line in the file identifies a row",
    )


def _can_identify(column: ColumnDraft) -> bool:
    return (
        column.type in ("string", "integer", "date", "timestamp")
        and column.contract.personal_data not in ("comment", "name", "phone")
        and not words.is_score(column.name)
        and not column.contract.optional_column
    )


def _rank(column: ColumnDraft, columns: Sequence[ColumnDraft]) -> tuple[int, int]:
    said = words.words_of(column.name)
    if words.is_id(column.name):
        order = 0
    elif SEQUENCE_WORDS.intersection(said):
        order = 1
    elif column.type == "timestamp":
        order = 2
    elif column.type == "string":
        order = 3
    else:
        order = 4
    return order, columns.index(column)


def _is_plausible(chosen: Sequence[ColumnDraft], rows: int) -> bool:
    """Whether a set could be a key by its names: a moment or a figure alone is unique by chance."""
    ids = sum(words.is_id(column.name) for column in chosen)
    if len(chosen) > 1:
        return ids >= 1
    (column,) = chosen
    return bool(ids) or (
        column.type == "string" and column.facts.mean_words < 4 and rows >= FEWEST_ROWS_FOR_SETS
    )


def _is_unique(
    connection: duckdb.DuckDBPyConnection, relation: str, cells: Sequence[str], rows: int
) -> bool:
    key = ", ".join(identifier(cell) for cell in cells)
    return (
        _count(
            connection,
            f"select count(distinct ({key})) from (select distinct * from {relation})",
        )
        == rows
    )


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
