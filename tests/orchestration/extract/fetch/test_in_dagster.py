"""Fetches as assets before what they feed, by hand, and as the documentation shows them."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml
from click.testing import CliRunner

from orchestration.commands import fetch as fetch_command
from orchestration.commands import run as run_command
from orchestration.defs import ingestion, schedules
from orchestration.extract.contracts import read_contracts
from orchestration.headless import failed_fetches
from orchestration.run import Run, run_config
from orchestration.settings import PROJECT_DIR, Settings
from tests.orchestration.extract.fetch.api import Api, serving
from tests.orchestration.extract.fetch.conftest import PASSWORD, Database

EXAMPLES = re.compile(r"```yaml\n(# _(\w+)__sources\.yml.*?)```", re.DOTALL)
DATABASE = "acme_shop"
API = "acme_desk"
TABLES = (
    "create schema sales",
    "create table sales.orders (id bigint primary key, customer_id bigint, status text, "
    "total numeric(12, 2), updated_at timestamptz, attributes jsonb)",
    "insert into sales.orders values (1, 7, 'paid', 19.90, '2026-06-01 10:00+00', '{}'), "
    "(2, 8, 'open', 5, '2026-06-02 10:00+00', null)",
    "create table sales.customers (id bigint primary key, email text, country text)",
    "insert into sales.customers values (7, 'a@acme.example', 'FR'), (8, null, 'GB')",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the home of a company whose two sources are those of docs/fetching.md."""
    before = dict(os.environ)
    staging = tmp_path / "staging"
    text = (PROJECT_DIR / "docs" / "fetching.md").read_text(encoding="utf-8")
    for contract, name in EXAMPLES.findall(text):
        (staging / name).mkdir(parents=True)
        (staging / name / f"_{name}__sources.yml").write_text(contract)
    for module in (ingestion, schedules, fetch_command, run_command):
        monkeypatch.setattr(module, "STAGING_DIR", staging)
    home = tmp_path / "home"
    monkeypatch.setenv("THROUGHLINE_HOME", str(home))
    monkeypatch.setenv("THROUGHLINE_SOURCES", "")
    yield home
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def acme(home: Path, database: Database) -> Iterator[Database]:
    database.execute("drop schema if exists sales cascade", *TABLES)
    os.environ["ACME_DATABASE_URL"] = database.url
    yield database
    database.execute("drop schema sales cascade")


@pytest.fixture
def desk(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with serving(Api()) as api:
        api.records = [
            {"id": n, "subject": "late", "status": "open", "updated_at": f"2026-06-0{n}T08:00:00Z"}
            for n in (1, 2, 3)
        ]
        api.paged()
        paged = api.answers["/cursor"]

        def answer(request: Any) -> Any:
            since = request.query.pop("updated_since")
            found = paged(type(request)(request.path, {**request.query, "since": since}, {}, ""))
            found.body["tickets"] = found.body.pop("items")
            return found

        api.answers["/v2/tickets"] = answer
        monkeypatch.setenv("ACME_DESK_URL", f"{api.url}/v2")
        monkeypatch.setenv("ACME_DESK_TOKEN", "tok-planted")
        yield api


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def execute(home: Path, *, day: int = 1, **told: Any) -> dg.ExecuteInProcessResult:
    """Run every step of both sources on a day of July."""
    config = run_config(as_of=date(2026, 6, 30), received_at=datetime(2026, 7, day, 5, 0))
    contracts = read_contracts(ingestion.STAGING_DIR)
    assets = [asset for source in contracts for asset in ingestion.source_assets(source)]
    definitions = dg.Definitions(
        assets=assets,
        jobs=[dg.define_asset_job("all_of_it", selection=dg.AssetSelection.all())],
        resources={"run": Run()},
        executor=dg.in_process_executor,
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def("all_of_it").execute_in_process(
            instance=instance,
            run_config={**config.to_config_dict(), "ops": told},
            raise_on_error=False,
        )


def failed_checks(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    return {
        evaluation.asset_key.path[-1]: str(evaluation.description)
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    }


def test_examples_of_the_documentation_fetch_and_load(
    home: Path, acme: Database, desk: Api
) -> None:
    result = execute(home)
    assert result.success
    assert failed_checks(result) == {}
    assert rows(home, "select order_id, customer_id, total from raw.acme_shop__orders") == [
        (1, 7, Decimal("19.90")),
        (2, 8, Decimal(5)),
    ]
    assert rows(home, "select count(*) from raw.acme_shop__customers") == [(2,)]
    assert rows(home, "select ticket_id from raw.acme_desk__tickets order by 1") == [
        (1,), (2,), (3,),
    ]  # fmt: skip
    assert rows(home, "select count(*) from quality.quarantine") == [(0,)]
    metadata = {
        materialization.asset_key.path[-1]: materialization.metadata
        for materialization in result.asset_materializations_for_node("landing__acme_shop__orders")
    }["acme_shop__orders"]
    assert metadata["rows"].value == 2
    assert metadata["cursor"].value == "2026-06-02T10:00:00+00:00"
    assert desk.asked[0].headers["Authorization"] == "Bearer tok-planted"


def test_changed_rows_replace_the_older_when_fetched_again(
    home: Path, acme: Database, desk: Api
) -> None:
    execute(home)
    acme.execute(
        "update sales.orders set status = 'paid', updated_at = '2026-06-03' where id = 2",
        "update sales.customers set country = 'IE' where id = 8",
    )
    execute(home, day=2)
    assert rows(home, "select status from raw.acme_shop__orders order by order_id") == [
        ("paid",), ("paid",),
    ]  # fmt: skip
    assert rows(home, "select country from raw.acme_shop__customers order by customer_id") == [
        ("FR",), ("IE",),
    ]  # fmt: skip
    assert rows(home, "select count(*) from quality.quarantine") == [(0,)]


def test_stream_is_read_again_when_its_asset_is_told_since_when(
    home: Path, acme: Database, desk: Api
) -> None:
    execute(home)
    execute(home, landing__acme_shop__orders={"config": {"since": "2026-06-02"}})
    landed = sorted(path.name for path in (home / "landing" / DATABASE / "orders").iterdir())
    assert [name[:6] for name in landed] == ["000000", "000001"]
    assert rows(home, "select count(*) from raw.acme_shop__orders") == [(2,)]
    assert rows(
        home, "select sum(rows_duplicate) from quality.load_ledger where stream = 'orders'"
    ) == [(1,)]


def test_the_rest_is_loaded_when_a_source_cannot_be_fetched(
    home: Path, acme: Database, desk: Api
) -> None:
    execute(home)
    desk.records.append({**desk.records[0], "id": 4, "updated_at": "2026-06-04T08:00:00Z"})
    # A file that had landed and was not yet loaded waits in the folder of the source that is down.
    waiting = home / "landing" / DATABASE / "orders" / "000000_by_hand.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 99 as id, 7 as customer_id, 'paid' as status, 1.00 as total, "
            f"timestamptz '2026-06-01 00:00:00+00' as updated_at) to '{waiting}' (format parquet)"
        )
    os.environ["ACME_DATABASE_URL"] = f"postgresql://reader:{PASSWORD}@127.0.0.1:1/shop"
    result = execute(home)
    assert result.success
    failed = failed_checks(result)
    assert set(failed) == {"acme_shop__orders", "acme_shop__customers"}
    assert (
        "the database that ACME_DATABASE_URL names cannot be reached" in failed["acme_shop__orders"]
    )
    assert rows(home, "select count(*) from raw.acme_desk__tickets") == [(4,)]
    assert rows(home, "select order_id from raw.acme_shop__orders order by 1")[-1] == (99,)
    summary = "\n".join(failed_fetches(result))
    assert summary.count("not fetched: acme_shop.") == 2
    said = "\n".join(str(event) for event in result.all_events)
    assert PASSWORD not in said
    written = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


def test_what_nobody_foresaw_stops_no_other_source(
    home: Path, acme: Database, desk: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(plan: Any, request: Any) -> Any:
        raise KeyError("a@acme.example")

    monkeypatch.setattr(ingestion, "fetch_stream", fail)
    result = execute(home)
    assert result.success
    failed = failed_checks(result)
    assert len(failed) == 3
    assert "KeyError in fail, line" in failed["acme_shop__orders"]
    assert not [text for text in failed.values() if "acme.example" in text]


def test_assets_say_whose_they_are_and_what_they_feed(home: Path) -> None:
    (source,) = [c for c in read_contracts(ingestion.STAGING_DIR) if c.name == DATABASE]
    assets = {asset.key.to_user_string(): asset for asset in ingestion.source_assets(source)}
    fetched = assets["landing/acme_shop__orders"]
    (spec,) = fetched.specs
    assert (spec.group_name, list(spec.owners)) == ("landing", [f"team:{source.owner}"])
    assert assets["raw/acme_shop__orders"].asset_deps[
        dg.AssetKey(["raw", "acme_shop__orders"])
    ] == {fetched.key}


def test_the_sensor_is_quiet_when_a_run_has_fetched(home: Path) -> None:
    sensor = schedules.landing_sensor(Settings(home=home, sources=(DATABASE,)))
    folder = home / "landing" / DATABASE
    (folder / "orders").mkdir(parents=True)
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.build_sensor_context(instance=instance)
        sensor.evaluate_tick(first)
        (folder / "orders" / "000000.parquet").write_bytes(b"x")
        fetched = dg.build_sensor_context(instance=instance, cursor=first.cursor)
        assert not sensor.evaluate_tick(fetched).run_requests
        (folder / "export.csv").write_text("x")
        dropped = dg.build_sensor_context(instance=instance, cursor=first.cursor)
        assert sensor.evaluate_tick(dropped).run_requests


def test_command_fetches_lists_and_names_what_fails(
    home: Path, acme: Database, desk: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = CliRunner()
    listed = runner.invoke(fetch_command.fetch, ["--list"]).output
    assert re.search(r"acme_shop.orders +0 +0 +never +none", listed)
    fetched = runner.invoke(fetch_command.fetch, ["acme"])
    assert fetched.exit_code == 0, fetched.output
    assert "3 of 3 streams fetched, 7 rows in 3 files" in fetched.output
    listed = runner.invoke(fetch_command.fetch, ["--list", "acme_shop"]).output
    assert re.search(r"acme_shop.orders +2 +1 +20\d\d-\S+ +2026-06-02T10:00:00\+00:00", listed)
    again = runner.invoke(fetch_command.fetch, [DATABASE, "--stream", "orders", "--since", "2026"])
    assert again.exit_code == 1
    assert "'2026' is no timestamp; write it like" in again.output
    again = runner.invoke(
        fetch_command.fetch, [DATABASE, "--stream", "orders", "--since", "2026-06-02"]
    )
    assert "1 of 1 streams fetched, 1 rows in 1 files" in again.output
    monkeypatch.delenv("ACME_DATABASE_URL")
    failed = runner.invoke(fetch_command.fetch, [])
    assert failed.exit_code == 1
    assert "the environment variable ACME_DATABASE_URL is not set" in failed.output
    assert "1 of 3 streams fetched" in failed.output
    assert "last try" in runner.invoke(fetch_command.fetch, ["--list"]).output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["acme_shopp"], "'acme_shopp' is not one of"),
        ([DATABASE, "--stream", "order"], "order is not among customers, orders"),
        (["--full"], "name the sources that are meant"),
        ([DATABASE, "--full", "--since", "2026-06-01"], "give one"),
    ],
)
def test_command_refuses_what_it_cannot_mean(
    home: Path, arguments: list[str], expected: str
) -> None:
    refused = CliRunner().invoke(fetch_command.fetch, arguments)
    assert refused.exit_code == 1
    assert expected in refused.output


def test_only_the_named_servers_are_asked_and_nothing_is_left_in_the_users_folder(
    home: Path, acme: Database, desk: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = tmp_path / "user"
    user.mkdir()
    monkeypatch.setenv("HOME", str(user))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    addresses: list[Any] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        addresses.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    assert CliRunner().invoke(fetch_command.fetch, ["acme"]).exit_code == 0
    assert {address[0] for address in addresses} == {"127.0.0.1"}
    assert list(user.iterdir()) == []


def test_example_contracts_are_whole() -> None:
    text = (PROJECT_DIR / "docs" / "fetching.md").read_text(encoding="utf-8")
    names = [name for _, name in EXAMPLES.findall(text)]
    assert names == [DATABASE, API]
    for contract, _ in EXAMPLES.findall(text):
        assert yaml.safe_load(contract)["sources"]
