"""What the site reads is what the marts promise: the test snapshot follows the dbt contracts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
SCHEMA = Path(__file__).with_name("published.sql").read_text(encoding="utf-8")
SYNONYMS = {"varchar": "text", "string": "text", "bool": "boolean", "int64": "bigint"}


def tables() -> dict[str, dict[str, str]]:
    """Return the columns and types of each mart of the test snapshot."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as marts")
        connection.execute("use marts")
        connection.execute(SCHEMA)
        found = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where database_name = 'marts' and schema_name = 'main' and not internal order by "
            "table_name, column_index"
        ).fetchall()
    marts: dict[str, dict[str, str]] = {}
    for table, column, kind in found:
        marts.setdefault(table, {})[column] = kind.lower()
    return marts


def plain(kind: str) -> str:
    kind = kind.lower().replace(" ", "")
    return SYNONYMS.get(kind, kind)


@pytest.mark.parametrize("table", sorted(tables()))
def test_the_snapshot_follows_the_contract_when_the_site_is_tested(table: str) -> None:
    (contract,) = MODELS.rglob(f"{table}.yml")
    model = next(
        model
        for model in yaml.safe_load(contract.read_text(encoding="utf-8"))["models"]
        if model["name"] == table
    )
    promised = {column["name"]: plain(column["data_type"]) for column in model["columns"]}
    read = {name: plain(kind) for name, kind in tables()[table].items()}
    assert read.items() <= promised.items(), {
        name: (kind, promised.get(name))
        for name, kind in read.items()
        if promised.get(name) != kind
    }
