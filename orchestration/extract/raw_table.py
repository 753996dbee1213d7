"""The raw table of a stream: made from its contract, widened when the contract grows."""

from __future__ import annotations

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


def raw_table(contract: StreamContract) -> str:
    """Return the quoted name of a stream's raw table."""
    return f"raw.{identifier(contract.table_name)}"


def prepare_raw_table(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> list[str]:
    """Create the raw table, or add the columns that the contract has gained.

    Returns
    -------
    list of str
        What was changed in a table that held rows already.

    Raises
    ------
    ContractError
        When a column's type differs from the one that rows were loaded with.
    """
    wanted = {column.name: raw_type(column) for column in contract.columns} | OWN_COLUMNS
    columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in wanted.items())
    connection.execute(f"create table if not exists {raw_table(contract)} ({columns})")
    present = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'raw' and table_name = $1",
            [contract.table_name],
        ).fetchall()
    )
    changed = [name for name in wanted if name in present and present[name] != wanted[name]]
    if changed:
        differences = ", ".join(f"{name} {present[name]} → {wanted[name]}" for name in changed)
        message = (
            f"{contract.contract_path}: table {contract.name}: the type of {differences} changed "
            f"after rows were loaded; give the column another name, or load the stream anew: drop "
            f"{raw_table(contract)} and delete its rows from quality.load_ledger and "
            "quality.quarantine"
        )
        raise ContractError(message)
    added = [name for name in wanted if name not in present]
    for name in added:
        connection.execute(
            f"alter table {raw_table(contract)} add column {identifier(name)} {wanted[name]}"
        )
    if not added:
        return []
    return [f"added to {contract.table_name}, null in earlier rows: {', '.join(added)}"]
