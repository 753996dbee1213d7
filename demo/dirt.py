"""Spoil exports as `demo.dirt_rules` says, and count what was planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import duckdb

from demo.dirt_rules import DIRT_RULES, DirtRule
from demo.exports import Export


def rules_of(export: Export, rules: Iterable[DirtRule] = DIRT_RULES) -> list[DirtRule]:
    """Return the rules for one export, in the order stated."""
    return [rule for rule in rules if (rule.source, rule.stream) == (export.source, export.stream)]


def share_of(rule: DirtRule, first: int, last: int) -> int:
    """Return how many of a rule's rows belong to the customers from `first` up to `last`.

    Over consecutive ranges from 0 the shares add up to `rule.count(customers)`.
    """
    return rule.count(last) - (rule.count(first) if first else 0)


def spoil(
    connection: duckdb.DuckDBPyConnection, export: Export, *, first: int, last: int, seed: int
) -> None:
    """Make `<table>_dirty` from the export's table: its rows and the spoilt ones.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Holds the export's table.
    export : Export
        Which export.
    first, last : int
        The range of customers at hand; decides how many rows are spoilt.
    seed : int
        Decides which ones.

    Raises
    ------
    ValueError
        If the table has fewer rows than a rule needs.
    """
    if export.file_format == "csv":
        connection.execute(
            f"create or replace temp table {export.table} as "
            f"select columns(*)::varchar from {export.table}"
        )
    available = _count(connection, export.table)
    parts = [f"select *, 0 as dirt_number from {export.table}"]
    for number, rule in enumerate(rules_of(export), start=1):
        rows = share_of(rule, first, last)
        if rule.kind == "half_line" or not rows:
            continue
        usable = _count(connection, export.table, rule.where)
        if usable < rows:
            raise ValueError(
                f"{export.source}.{export.stream} has {usable} of {available} rows to spoil, "
                f"too few for {rows} of kind {rule.kind}: make the company larger"
            )
        parts.append(_spoilt_rows(export, rule, number=number, rows=rows, seed=seed))
    connection.execute(
        f"create or replace temp table {export.table}_dirty as {' union all '.join(parts)}"
    )


def planted_counts(
    customers: int, rules: Iterable[DirtRule] = DIRT_RULES
) -> Counter[tuple[str, str, str]]:
    """Count the planted dirt by (source, stream, what the load must make of it).

    Returns
    -------
    Counter
        Keys end in a reason code of the quarantine, in "duplicate", or in "loaded" for rows that
        pass the load.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for rule in rules:
        outcome = rule.reason_code or ("duplicate" if rule.kind == "duplicate" else "loaded")
        counts[rule.source, rule.stream, outcome] += rule.count(customers)
    return counts


def _count(connection: duckdb.DuckDBPyConnection, table: str, where: str = "true") -> int:
    found = connection.sql(f"select count(*) from {table} where {where}").fetchone()
    return int(found[0]) if found else 0


def _spoilt_rows(export: Export, rule: DirtRule, *, number: int, rows: int, seed: int) -> str:
    changes = {rule.column: rule.value} if rule.column else {}
    if rule.kind == "value" and rule.column != export.key:
        changes[export.key] = f"{export.key} || '-x{number}'"
    replaced = ", ".join(f"{value} as {column}" for column, value in changes.items())
    replacement = f" replace ({replaced})" if replaced else ""
    return (
        f"select *{replacement}, {number} as dirt_number from ("
        f"select * from {export.table} where {rule.where} "
        f"order by hash({export.key}, {number}, {seed}), {export.key} limit {rows})"
    )
