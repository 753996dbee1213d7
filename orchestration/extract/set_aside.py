"""Rows of files that make room for a corrected row: one of a lower version, or a deleted one.

They wait beside the raw table, not in ``quality.replaced_rows``, since they come back unchanged
when the decision is undone.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.checks import quoted_list
from orchestration.extract.raw_table import kept_tables
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal

ASIDE_SUFFIX = "__set_aside"


def aside_table(contract: StreamContract) -> str:
    """Return the quoted name of the table of a stream's rows that made room."""
    return f"raw.{identifier(contract.table_name + ASIDE_SUFFIX)}"


def rival_tables(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract
) -> tuple[str, ...]:
    """Return the tables in which a row of a file may stand that has the key of a corrected row."""
    tables = kept_tables(contract)
    return (*tables, aside_table(contract)) if _exists(connection, contract) else tables


def bring_back(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    """Put all rows that made room back where they stood."""
    if not _exists(connection, contract):
        return
    for table in kept_tables(contract):
        connection.execute(
            f"insert into {table} by name select * exclude (_kept_in) "
            f"from {aside_table(contract)} where _kept_in = {literal(table)} order by rowid"
        )
    connection.execute(f"drop table {aside_table(contract)}")


def make_room(connection: duckdb.DuckDBPyConnection, contract: StreamContract, keys: str) -> None:
    """Set rows of files aside whose key is among ``keys``, a select of the key's columns."""
    if not contract.version and contract.deleted is None:
        return
    aside, key = aside_table(contract), quoted_list(contract.key)
    first = kept_tables(contract)[0]
    connection.execute(
        f"create table {aside} as select *, cast(null as varchar) as _kept_in from {first} limit 0"
    )
    for table in kept_tables(contract):
        meant = f"({key}) in ({keys})"
        connection.execute(
            f"insert into {aside} by name "
            f"select *, {literal(table)} as _kept_in from {table} where {meant} order by rowid"
        )
        connection.execute(f"delete from {table} where {meant}")
    if not connection.execute(f"select 1 from {aside} limit 1").fetchone():
        connection.execute(f"drop table {aside}")


def _exists(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'raw' and table_name = $1",
        [contract.table_name + ASIDE_SUFFIX],
    ).fetchone()
    return found is not None
