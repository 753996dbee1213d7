"""The raw table of a stream: made from its contract, widened when the contract grows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.extract.shapes import ContractError, StreamContract
from orchestration.extract.sql_text import identifier
from orchestration.extract.values import raw_type

OWN_COLUMNS = {
    "_extra": "JSON",
    "_source_file": "VARCHAR",
    "_source_line": "BIGINT",
    "_load_id": "VARCHAR",
}
DELETED_SUFFIX = "__deleted"
MANY_ROWS = 500_000


def raw_table(contract: StreamContract) -> str:
    """Return the quoted name of a stream's raw table."""
    return f"raw.{identifier(contract.table_name)}"


def deleted_table(contract: StreamContract) -> str:
    """Return the quoted name of the table of a stream's deletions.

    They are remembered so that an older version of a deleted row, should it come late, stays out.
    """
    return f"raw.{identifier(contract.table_name + DELETED_SUFFIX)}"


def kept_tables(contract: StreamContract) -> tuple[str, ...]:
    """Return the tables that hold a stream's loaded rows."""
    if contract.deleted is None:
        return (raw_table(contract),)
    return (raw_table(contract), deleted_table(contract))


def prepare_raw_table(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> list[str]:
    """Create the raw table, or add the columns that the contract has gained.

    A stream with deletions has a second table of the same columns.

    Returns
    -------
    list of str
        What was changed in a table that held rows already.

    Raises
    ------
    ContractError
        When a column's type differs from the one that rows were loaded with.
    """
    changes = _prepare(connection, contract, contract.table_name)
    if contract.deleted is not None:
        _prepare(connection, contract, contract.table_name + DELETED_SUFFIX)
    return changes


@contextmanager
def in_any_order(connection: duckdb.DuckDBPyConnection, *, rows: int) -> Iterator[None]:
    """Insert many rows in whatever order threads bring them: a row's line tells its place.

    Keeping the order, several threads leave the table in pieces of uneven size, and closing the
    database writes all of them a second time.
    """
    if rows < MANY_ROWS:
        yield
        return
    connection.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("set preserve_insertion_order = true")


def _prepare(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, table_name: str
) -> list[str]:
    table = f"raw.{identifier(table_name)}"
    wanted = {column.name: raw_type(column) for column in contract.columns} | OWN_COLUMNS
    columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in wanted.items())
    connection.execute(f"create table if not exists {table} ({columns})")
    present = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'raw' and table_name = $1",
            [table_name],
        ).fetchall()
    )
    changed = [name for name in wanted if name in present and present[name] != wanted[name]]
    if changed:
        differences = ", ".join(f"{name} {present[name]} → {wanted[name]}" for name in changed)
        message = (
            f"{contract.contract_path}: table {contract.name}: the type of {differences} changed "
            f"after rows were loaded; give the column another name, or load the stream anew: drop "
            f"{table} and delete its rows from quality.load_ledger and "
            "quality.quarantine"
        )
        raise ContractError(message)
    added = [name for name in wanted if name not in present]
    for name in added:
        connection.execute(f"alter table {table} add column {identifier(name)} {wanted[name]}")
    if not added:
        return []
    return [f"added to {table_name}, null in earlier rows: {', '.join(added)}"]
