"""A small survey stream, a landing folder and a warehouse to load it into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.extract.contracts import ColumnContract, StreamContract
from orchestration.extract.loader import StreamLoad, load_stream

RECEIVED_AT = dt.datetime(2026, 7, 1, 6, 0)
HEADER = "answer_id,score,answered_at,comment\n"


def column(name: str, kind: str = "string", **options: Any) -> ColumnContract:
    return ColumnContract(name=name, type=kind, **options)


def contract(*columns: ColumnContract, **options: Any) -> StreamContract:
    settings = {"source_name": "survey", "name": "answers", "files": "*.csv*", "format": "csv"}
    return StreamContract(columns=columns, **{**settings, **options})


ANSWERS = contract(
    column("answer_id", required=True),
    column("score", "integer", minimum=0, maximum=10),
    column("answered_at", "timestamp", required=True),
    column("comment", personal_data="comment"),
    key=("answer_id",),
)


@dataclass(frozen=True)
class Bench:
    """A landing folder and an open warehouse."""

    landing: Path
    connection: duckdb.DuckDBPyConnection

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, stream: StreamContract = ANSWERS) -> StreamLoad:
        return load_stream(self.connection, stream, self.landing, received_at=RECEIVED_AT)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def quarantine(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select file_name, line_number, column_name, value, reason_code "
            "from quality.quarantine order by file_name, line_number"
        )

    def loaded_ids(self) -> list[str]:
        return [row[0] for row in self.rows("select answer_id from raw.survey__answers order by 1")]

    def raw_tables(self) -> list[str]:
        return [
            f"raw.{name}"
            for (name,) in self.rows(
                "select table_name from duckdb_tables() where schema_name = 'raw' order by 1"
            )
        ]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        tables = ("raw.survey__answers", "quality.load_ledger", "quality.quarantine")
        return {table: self.rows(f"select * from {table} order by all") for table in tables}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    landing = tmp_path / "landing"
    landing.mkdir()
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        yield Bench(landing=landing, connection=connection)


def assert_ledger_adds_up(bench: Bench) -> None:
    """Recount the ledger from the tables that it is about."""
    for row in bench.rows(
        "select load_id, rows_in, rows_loaded, rows_quarantined, rows_duplicate "
        "from quality.load_ledger"
    ):
        load_id, rows_in, loaded, quarantined, duplicate = row
        count = "select count(*) from {} where _load_id = '{}'"
        assert rows_in == loaded + quarantined + duplicate
        kept = sum(bench.rows(count.format(table, load_id))[0][0] for table in bench.raw_tables())
        left = bench.rows(
            "select count(*) from quality.replaced_rows "
            f"where load_id = '{load_id}' and reason <> 'stale'"
        )[0][0]
        assert loaded == kept + left
        stated = "select count(*) from quality.quarantine where load_id = '{}'"
        assert quarantined == bench.rows(stated.format(load_id))[0][0]
