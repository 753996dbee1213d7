"""The distinct values of one sampled column, and how many of them fit what is guessed of it."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from orchestration.extract.shapes import ColumnContract
from orchestration.extract.sql_text import identifier, literals
from orchestration.extract.values import typed

VALUES = "throughline_draft_values"
# Texts by which systems say that there is nothing; compared without regard to case.
NULL_TEXTS = (
    "none", "null", "nil", "n/a", "na", "n.a.", "#n/a", "nan", "-", "--", "?", "\\n", "(null)",
    "<null>", "undefined", "not available", "unknown",
)  # fmt: skip


def take_values(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, leaving_out: Collection[str]
) -> None:
    """Put the distinct values of a column into `VALUES`, trimmed, without blanks and null texts.

    Parameters
    ----------
    leaving_out
        Texts that stand for no value, lower case.
    """
    text = f"trim(cast({identifier(column)} as varchar))"
    without = f"and lower({text}) not in ({literals(leaving_out)})" if leaving_out else ""
    connection.execute(f"""
        create or replace temp table {VALUES} as
        select {text} as value, count(*) as row_count
        from {relation}
        where {text} <> '' {without}
        group by value
    """)


def share_that_fits(
    connection: duckdb.DuckDBPyConnection, column: ColumnContract, *, also: str = "true"
) -> float:
    """Return the share of sampled rows whose value the loader's own expression can read.

    Parameters
    ----------
    column
        The guess; its ``name`` does not matter.
    also
        A further condition on ``value``, where the loader is kinder than a guess may be.
    """
    expression = typed(column, "value", "VARCHAR", "UTC")
    row = connection.execute(
        f"select coalesce(sum(row_count) filter (where ({also}) and ({expression}) is not null), 0)"
        f" / sum(row_count) from {VALUES}"
    ).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0
