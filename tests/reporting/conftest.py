"""A small published snapshot with realistic values and hostile text, the same every time."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from reporting.site import build_site
from tests.reporting import (
    snapshot_customers,
    snapshot_friction,
    snapshot_money,
    snapshot_paths,
    snapshot_personas,
    snapshot_voice,
)
from tests.reporting.snapshot_voice import Rows

SCHEMA = Path(__file__).with_name("published.sql")


def all_rows() -> Rows:
    """Return rows for every published table."""
    random_ = random.Random(20260630)
    return (
        {"marts.fct_cx_metrics": snapshot_voice.metrics(random_)}
        | snapshot_voice.journeys()
        | snapshot_voice.voice()
        | snapshot_paths.paths()
        | snapshot_personas.personas()
        | snapshot_friction.friction()
        | snapshot_money.service()
        | snapshot_money.money()
        | snapshot_customers.customers(random_)
        | snapshot_customers.forecasts()
        | snapshot_customers.quality()
    )


def write_marts(path: Path, rows: Rows, *, without: tuple[str, ...] = ()) -> Path:
    """Write a published file with every table but those in ``without``, filled with rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as marts")
        connection.execute("use marts")
        connection.execute("begin")
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        for table in without:
            connection.execute(f"drop table {table}")
        for table, members in rows.items():
            for row in members:
                places = ", ".join("?" for _ in row)
                connection.execute(
                    f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values())
                )
        connection.execute("commit")
    return path


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Rows of every published table."""
    return all_rows()


@pytest.fixture(scope="session")
def published(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish data in every table."""
    return write_marts(tmp_path_factory.mktemp("published") / "marts.duckdb", rows)


@pytest.fixture(scope="session")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site from the full snapshot, with the pages it links to beside it."""
    home = tmp_path_factory.mktemp("home")
    for linked in ("quality/index.html", "quality/data_docs/index.html", "models/churn/card.html"):
        (home / linked).parent.mkdir(parents=True)
        (home / linked).write_text("<!doctype html><title>linked</title>", encoding="utf-8")
    build_site(
        published,
        home / "site",
        title="Alder & <Finch>",
        quality_report="../quality/index.html",
        model_cards={"churn": "../models/churn/card.html"},
    )
    return home / "site"


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that publishes rows of one's own."""

    def write(rows: Rows, *, without: tuple[str, ...] = ()) -> Path:
        return write_marts(tmp_path / "marts.duckdb", rows, without=without)

    return write


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site from a snapshot whose tables are all empty."""
    home = tmp_path_factory.mktemp("empty")
    source = write_marts(home / "marts.duckdb", {})
    build_site(source, home / "site", title="Company", quality_report="../quality/index.html")
    return home / "site"
