"""A broken critical expectation keeps what lies behind it from being built; a warning does not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from data_quality.catalogue import Suite, list_suites
from orchestration.defs.quality import gate_asset, gate_key, table_check, table_key
from orchestration.run import Run, run_config

FUNNEL = "marts_mart_journey_funnel__publishable"
RUN_CONFIG = run_config(as_of=date(2026, 6, 30), received_at=datetime(2026, 7, 1, 5, 0))


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
            "('onboarding', 'all', 0, 'Start', 't0', 100, 90, 1.0, null, 0, true), "
            f"('onboarding', 'all', 1, 'Next', 't1', {second_instances}, 80, {second_share}, "
            "0.8, 20, true)) as funnel (journey_id, segment, step_number, step_name, "
            "touchpoint_id, instances, customers, share_of_start, share_of_previous, dropped, "
            "is_required)"
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

    is_check = isinstance(gate, dg.AssetChecksDefinition)
    definitions = dg.Definitions(
        assets=[funnel, behind] if is_check else [funnel, behind, gate],
        asset_checks=[gate] if is_check else [],
        jobs=[dg.define_asset_job("all_of_it", selection=dg.AssetSelection.all())],
        resources={"run": Run()},
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("all_of_it").execute_in_process(
            instance=instance, run_config=RUN_CONFIG.to_config_dict(), raise_on_error=False
        )
    return {
        event.asset_key.path[-1]
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key
    }


def gate() -> dg.AssetsDefinition:
    suite = suite_named(FUNNEL)
    return gate_asset("marts", [suite], [table_key(suite)])


def test_nothing_behind_the_gate_is_built_when_a_critical_rule_breaks(home: Path) -> None:
    put_funnel(home, second_share=1.5, second_instances=80)
    assert "behind" not in execute(gate(), gate_key("marts"))


def test_what_lies_behind_is_built_when_only_a_warning_breaks(home: Path) -> None:
    put_funnel(home, second_share=0.8, second_instances=120)
    assert "behind" in execute(gate(), gate_key("marts"))
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        broken = connection.execute(
            "select rule, severity from quality.expectation_results where status = 'failed'"
        ).fetchall()
    assert broken == [("never_rises", "warning")]


def test_what_lies_behind_is_built_when_every_rule_holds(home: Path) -> None:
    put_funnel(home, second_share=0.8, second_instances=80)
    assert "behind" in execute(gate(), gate_key("marts"))


def test_readers_of_a_table_wait_when_its_own_check_breaks(home: Path) -> None:
    put_funnel(home, second_share=1.5, second_instances=80)
    check = table_check(suite_named(FUNNEL))
    assert "behind" not in execute(check, dg.AssetKey(["marts", "mart_journey_funnel"]))


def test_results_are_kept_in_warehouse_and_folder_when_a_rule_breaks(home: Path) -> None:
    put_funnel(home, second_share=1.5, second_instances=80)
    execute(gate(), gate_key("marts"))
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select rule, status, unexpected_count from quality.expectation_results "
            "where severity = 'critical' and status = 'failed'"
        ).fetchall()
    assert rows == [("shares_are_shares", "failed", 1)]
    assert list((home / "quality" / "results").glob(f"*/{FUNNEL}.json"))
