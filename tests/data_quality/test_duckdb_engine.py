"""The cure that lets Great Expectations work on DuckDB, and the connection it works through."""

from __future__ import annotations

import socket
from pathlib import Path

import duckdb
import pytest

from data_quality.duckdb_engine import (
    PersistedDialect,
    keep_duckdb_connections_open,
    load_great_expectations,
    open_engine,
)
from tests.data_quality.conftest import ANSWERS_SQL, Build

load_great_expectations()

from great_expectations.execution_engine import (  # noqa: E402
    sqlalchemy_execution_engine as gx_module,
)
from great_expectations.execution_engine.sqlalchemy_dialect import GXSqlDialect  # noqa: E402
from great_expectations.expectations import ExpectColumnMeanToBeBetween  # noqa: E402

DIALECTS = "_PERSISTED_CONNECTION_DIALECTS"


def _mean_of_scores(database: Path) -> object:
    with open_engine(database) as engine:
        expectation = ExpectColumnMeanToBeBetween(column="score", min_value=4, max_value=6)
        return engine.batch("core.answers").validate(expectation).to_json_dict()


def test_metrics_fail_without_the_cure(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, an upgrade has made the cure needless: delete it."""
    monkeypatch.setattr(gx_module, DIALECTS, (GXSqlDialect.SQLITE,))
    monkeypatch.setattr("data_quality.duckdb_engine.keep_duckdb_connections_open", lambda: None)
    outcome = _mean_of_scores(build(ANSWERS_SQL))
    assert isinstance(outcome, dict)
    assert not outcome["success"]
    assert "list index out of range" in str(outcome["exception_info"])


def test_metrics_are_computed_with_the_cure(build: Build) -> None:
    """When this fails, an upgrade has broken the cure."""
    outcome = _mean_of_scores(build(ANSWERS_SQL))
    assert isinstance(outcome, dict)
    assert outcome["success"]
    assert outcome["result"]["observed_value"] == pytest.approx(5.0)


def test_cure_is_applied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gx_module, DIALECTS, (GXSqlDialect.SQLITE,))
    keep_duckdb_connections_open()
    keep_duckdb_connections_open()
    assert getattr(gx_module, DIALECTS) == (GXSqlDialect.SQLITE, PersistedDialect.DUCKDB)


def test_cure_says_so_when_its_place_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(gx_module, DIALECTS)
    with pytest.raises(RuntimeError, match="no longer has the tuple"):
        keep_duckdb_connections_open()


def test_warehouse_cannot_be_written_and_is_free_afterwards(build: Build) -> None:
    database = build(ANSWERS_SQL)
    with open_engine(database) as engine:
        assert engine.row_count("core.answers") == 1100
        with pytest.raises(Exception, match="read-only"):
            engine.query("create table core.mine as select 1 as one")
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table core.written_later as select 1 as one")


def test_limits_reach_duckdb(build: Build) -> None:
    with open_engine(build(ANSWERS_SQL), {"threads": "1"}) as engine:
        assert engine.query("select current_setting('threads')")[0][0] == 1
        assert engine.query("select current_setting('autoinstall_known_extensions')")[0][0] is False


def test_missing_warehouse_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.duckdb"
    with pytest.raises(FileNotFoundError, match=r"nowhere\.duckdb"), open_engine(missing):
        pass
    assert not missing.exists()


def test_nothing_is_sent_when_validating(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: reached.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: reached.append(host))
    database = build(ANSWERS_SQL)
    _mean_of_scores(database)
    with open_engine(database) as engine:
        assert engine.context.config.analytics_enabled is False
    assert reached == []
