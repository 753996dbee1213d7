"""A bad day stays in its own stream; what is broken otherwise holds back what lies behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import pytest

from data_quality.catalogue import SQL_TYPE, Expectation, Suite, list_suites
from orchestration.defs.ingestion import landing_asset
from orchestration.defs.quality.checking import Step, table_key
from orchestration.defs.quality.gates import gate_asset, gate_key, raw_gate, table_check
from orchestration.defs.quality.specs import stream_specs
from orchestration.extract.shapes import ColumnContract, SourceContract, StreamContract
from orchestration.run import Run, run_config

FUNNEL = "marts_mart_journey_funnel__publishable"
DAY = date(2026, 6, 30)


def run_of(day: date) -> dict[str, Any]:
    received_at = datetime(day.year, day.month, day.day, 5, 0) + timedelta(days=1)
    return run_config(as_of=day, received_at=received_at).to_config_dict()


def suite_named(name: str) -> Suite:
    return next(suite for suite in list_suites() if suite.name == name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path))
    monkeypatch.setenv("THROUGHLINE_SOURCES", "")
    return tmp_path


def put_funnel(home: Path, *, second_share: float, second_instances: int) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.mart_journey_funnel as select * from (values "
            "('onboarding', 'all', 'all', date '2026-01-01', 0, 'Start', 't0', "
            "100, 1.0, null, 0, true), "
            "('onboarding', 'all', 'all', date '2026-01-01', 1, 'Next', 't1', "
            f"{second_instances}, {second_share}, 0.8, 20, true)) as funnel "
            "(journey_id, segment, period_grain, period_start, step_number, step_name, "
            "touchpoint_id, instances, share_of_start, share_of_previous, dropped, "
            "is_required)"
        )


def built(definitions: dg.Definitions, day: date = DAY) -> set[str]:
    """Run all of a graph; return the last part of the keys that were built."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("all_of_it").execute_in_process(
            instance=instance, run_config=run_of(day), raise_on_error=False
        )
    return {
        event.asset_key.path[-1]
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key
    }


def graph(
    assets: list[dg.AssetsDefinition], checks: list[dg.AssetChecksDefinition]
) -> dg.Definitions:
    return dg.Definitions(
        assets=assets,
        asset_checks=checks,
        jobs=[dg.define_asset_job("all_of_it", selection=dg.AssetSelection.all())],
        resources={"run": Run()},
        executor=dg.in_process_executor,
    )


def execute(
    gate: dg.AssetsDefinition | dg.AssetChecksDefinition, waits_on: dg.AssetKey
) -> set[str]:
    """Run a table, its check and what reads it; return the keys that were built."""

    @dg.asset(key=["marts", "mart_journey_funnel"])
    def funnel() -> None:
        """Stand for the table that is there already."""

    @dg.asset(deps=[waits_on])
    def behind() -> None:
        """Stand for what is published."""

    if isinstance(gate, dg.AssetChecksDefinition):
        return built(graph([funnel, behind], [gate]))
    return built(graph([funnel, behind, gate], []))


def funnel_step() -> Step:
    return Step(name="marts", suites=[suite_named(FUNNEL)], specs=[])


def gate() -> dg.AssetsDefinition:
    return gate_asset(funnel_step(), [table_key("marts.mart_journey_funnel")])


def results(home: Path, columns: str, where: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from quality.expectation_results where {where} order by all"
        ).fetchall()


def test_nothing_behind_the_gate_is_built_when_a_critical_rule_breaks(home: Path) -> None:
    put_funnel(home, second_share=1.5, second_instances=80)
    assert "behind" not in execute(gate(), gate_key("marts"))
    assert results(home, "rule, unexpected_count", "status = 'failed'") == [
        ("shares_are_shares", 1)
    ]
    assert list((home / "quality" / "results").glob(f"*/{FUNNEL}.json"))


def test_what_lies_behind_is_built_when_only_a_warning_breaks(home: Path) -> None:
    put_funnel(home, second_share=0.8, second_instances=120)
    assert "behind" in execute(gate(), gate_key("marts"))
    assert results(home, "rule, severity", "status = 'failed'") == [("never_rises", "warning")]


def test_readers_of_a_table_wait_when_its_own_check_breaks(home: Path) -> None:
    put_funnel(home, second_share=1.5, second_instances=80)
    check = table_check(funnel_step())
    assert "behind" not in execute(check, dg.AssetKey(["marts", "mart_journey_funnel"]))


def test_a_waived_rule_does_not_hold_back_until_its_day_has_passed(home: Path) -> None:
    put_funnel(home, second_share=1.5, second_instances=80)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            "create schema quality; create view quality.waivers as select 'decision-1' as "
            f"decision_id, '{FUNNEL}' as target, 'shares_are_shares' as expectation, "
            f"date '{DAY}' as valid_until, 'Known, mended on Friday' as why, "
            "'A. Steward' as decided_by"
        )
    assert "behind" in execute(gate(), gate_key("marts"))
    assert results(home, "rule, waived_by, waived_why", "status = 'waived'") == [
        ("shares_are_shares", "A. Steward", "Known, mended on Friday")
    ]
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            "create or replace view quality.waivers as select 'decision-1' as decision_id, "
            f"'{FUNNEL}' as target, 'shares_are_shares' as expectation, "
            f"date '{DAY}' - 1 as valid_until, 'Known' as why, 'A. Steward' as decided_by"
        )
    assert "behind" not in execute(gate(), gate_key("marts"))


def stream(name: str) -> StreamContract:
    return StreamContract(
        source_name=name,
        name="orders",
        description="Orders.",
        files="*.csv",
        format="csv",
        key=("order_id",),
        freshness_days=3,
        columns=(
            ColumnContract(name="order_id", type="string", required=True),
            ColumnContract(name="ordered_at", type="timestamp", required=True),
            ColumnContract(name="amount", type="decimal", minimum=0),
            ColumnContract(name="email", type="string", personal_data="email"),
        ),
    )


CODES = Suite(
    name="raw_shop__orders__codes",
    table="raw.shop__orders",
    owner="commerce",
    description="Ids have the shape that the shop gives them.",
    applies_when="table_exists",
    sample_columns=("order_id", "_source_file"),
    expectations=(
        Expectation(
            rule="ids_are_ours",
            type=SQL_TYPE,
            kwargs={
                "unexpected_rows_query": "select * from {batch} where order_id not like 'shop%'"
            },
            severity="critical",
            why="Other ids belong to another shop.",
            statement="Every id begins with shop",
        ),
    ),
)


@dataclass(frozen=True)
class Company:
    """Two sources with a stream each, what is built on them, and their landing folders."""

    home: Path
    run: Callable[[date], set[str]]

    def put(self, source: str, file: str, day: date, *amounts: str, prefix: str = "") -> None:
        folder = self.home / "landing" / source
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            f"{prefix or source}-{file}-{n},{day} 10:00:00,{amount},someone{n}@example.com\n"
            for n, amount in enumerate(amounts)
        ]
        text = "order_id,ordered_at,amount,email\n" + "".join(rows)
        (folder / f"{file}.csv").write_text(text, encoding="utf-8")

    def built_on(self, source: str) -> list[int]:
        """Amounts that the table built on a source was made of in its last run."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            rows = connection.execute(f"select amount from marts.{source} order by all").fetchall()
        return [int(amount) for (amount,) in rows]

    def held(self) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(
                "select as_of_date, source_name, file_name, row_count, rule "
                "from quality.held_batches order by all"
            ).fetchall()


@pytest.fixture
def company(home: Path) -> Company:
    streams = {name: stream(name) for name in ("crm", "shop")}
    sources = [
        SourceContract(name=name, owner="commerce", streams=(found,))
        for name, found in streams.items()
    ]

    def mart(name: str) -> dg.AssetsDefinition:
        @dg.asset(key=["marts", name], deps=[["raw", f"{name}__orders"]])
        def build(run: Run) -> None:
            """Stand for a mart on one source."""
            with run.warehouse.connect() as connection:
                connection.execute("create schema if not exists marts")
                connection.execute(
                    f"create or replace table marts.{name} as select amount from raw.{name}__orders"
                )

        return build

    step = Step(
        name="raw",
        suites=[CODES],
        specs=stream_specs((source, source.streams[0]) for source in sources),
        comparable="crm, shop",
    )
    lineage = pd.DataFrame(
        [(name, "commerce", f"raw.{name}__orders") for name in streams],
        columns=["mart_name", "owner", "upstream_table"],
    ).astype("string")
    definitions = graph(
        [
            *(landing_asset(source, source.streams[0]) for source in sources),
            *(mart(name) for name in streams),
        ],
        [raw_gate(step, {f"{name}__orders": found for name, found in streams.items()}, lineage)],
    )
    return Company(home=home, run=lambda day: built(definitions, day))


def test_a_bad_day_in_one_source_leaves_the_other_and_yesterday(company: Company) -> None:
    tomorrow = DAY + timedelta(days=1)
    for source in ("crm", "shop"):
        company.put(source, "june", DAY, *(["5"] * 20))
    assert {"crm", "shop"} <= company.run(DAY)
    company.put("crm", "july", tomorrow, *(["-1"] * 15), *(["7"] * 5))
    company.put("shop", "july", tomorrow, *(["8"] * 20))
    # Both marts are built: the one on the bad source from what it had the day before.
    assert {"crm", "shop"} <= company.run(tomorrow)
    assert company.built_on("crm") == [5] * 20
    assert company.built_on("shop") == [5] * 20 + [8] * 20
    assert company.held() == [(tomorrow, "crm", "july.csv", 20, "most_rows_are_accepted")]
    broken = results(company.home, "table_name, rule, status", f"as_of_date = '{tomorrow}' "
                     "and not success")  # fmt: skip
    assert broken == [("raw.crm__orders", "most_rows_are_accepted", "held")]
    # The file is mended, and comes in by itself.
    company.put("crm", "july", tomorrow, *(["6"] * 20))
    company.run(tomorrow)
    assert company.built_on("crm") == [5] * 20 + [6] * 20
    assert company.held() == []


def test_rows_that_name_their_file_send_only_that_file_aside(company: Company) -> None:
    company.put("shop", "good", DAY, "1", "2")
    company.put("shop", "strange", DAY, "3", "4", prefix="other")
    company.put("crm", "june", DAY, "9")
    assert {"crm", "shop"} <= company.run(DAY)
    assert company.built_on("shop") == [1, 2]
    assert company.held() == [(DAY, "shop", "strange.csv", 2, "ids_are_ours")]
    ((sample,),) = results(company.home, "sample", "status = 'held'")
    assert "other-strange-0" in sample
    assert "example.com" not in sample


def test_streams_are_watched_from_their_contract_alone(company: Company) -> None:
    old = DAY - timedelta(days=9)
    company.put("shop", "june", DAY, *(["5"] * 20))
    company.put("crm", "june", old, *(["5"] * 20))
    company.run(DAY)
    found = results(
        company.home,
        "table_name, rule, observed",
        "status = 'failed' and expectation = 'derived_from_contract_and_history'",
    )
    assert found == [
        ("raw.crm__orders", "newest_event_is_fresh", "9 days, at most 3 days"),
    ]
    waiting = results(
        company.home, "distinct error", "status = 'skipped' and table_name = 'raw.shop__orders'"
    )
    assert ("no history yet: 0 of 5 comparable earlier runs",) in waiting
