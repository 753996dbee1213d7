"""The graph that Dagster serves: complete, documented, cut where it must be, and on time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.defs import build_definitions
from orchestration.defs.schedules import daily_job, every_morning, landing_sensor
from orchestration.defs.transformation.assets import PASSES
from orchestration.settings import PROJECT_DIR, Settings


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    before = dict(os.environ)
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        sources=("demo_crm", "demo_survey", "stewardship"),
        as_of=date(2026, 6, 30),
    )
    yield build_definitions(settings)
    os.environ.clear()
    os.environ.update(before)


def steps(definitions: dg.Definitions) -> list[str]:
    graph = definitions.resolve_job_def("daily").graph
    return [node.name for node in graph.nodes_in_topological_order]


def test_every_asset_says_what_it_is_and_whose(definitions: dg.Definitions) -> None:
    lacking = [
        spec.key.to_user_string()
        for spec in definitions.resolve_all_asset_specs()
        if not (spec.description and spec.owners and spec.group_name)
        # Lineage alone: a column of a source that no step of ours makes.
        and spec.group_name != "default"
    ]
    assert not lacking


def test_dbt_starts_three_times_and_no_more_when_a_run_is_whole(
    definitions: dg.Definitions,
) -> None:
    assert [step for step in steps(definitions) if step.startswith("dbt")] == list(PASSES)


def test_steps_stand_in_the_order_of_the_data(definitions: dg.Definitions) -> None:
    order = steps(definitions)
    expected = [
        "raw__stewardship__decisions",
        "check_raw_decisions",
        "raw__demo_crm__accounts",
        "check_raw",
        "quality__load_ledger",
        "check_load_ledger",
        "dbt_core",
        "quality__checked_core",
        "ml__comment_languages",
        "dbt_marts",
        "quality__checked_features",
        "ml__churn_scores",
        "check_ml_churn_scores",
        "dbt_scored_marts",
        "quality__checked_marts",
        "published__snapshot",
        "published__site",
    ]
    assert [step for step in order if step in expected] == expected


def test_switched_off_sources_have_no_assets(definitions: dg.Definitions) -> None:
    keys = {spec.key.to_user_string() for spec in definitions.resolve_all_asset_specs()}
    assert "raw/demo_crm__accounts" in keys
    assert not [key for key in keys if "olist" in key or "demo_web" in key]


def test_scores_join_models_into_one_lineage(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    risk = dg.AssetKey(["marts", "mart_churn_risk"])
    upstream = dg.AssetSelection.assets(risk).upstream().resolve(graph)
    for key in (
        ["ml", "churn_scores"],
        ["features", "features_churn"],
        ["raw", "demo_crm__accounts"],
    ):
        assert dg.AssetKey(key) in upstream


def test_loading_is_tried_again_when_it_fails(definitions: dg.Definitions) -> None:
    asset = definitions.resolve_assets_def(dg.AssetKey(["raw", "demo_crm__accounts"]))
    policy = asset.op.retry_policy
    assert policy is not None
    assert policy.max_retries > 0


def test_the_morning_run_counts_days_up_to_yesterday() -> None:
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
    )
    request = every_morning(context)
    assert isinstance(request, dg.RunRequest)
    config = request.run_config["resources"]["run"]["config"]
    assert config == {"as_of": "2026-06-30", "received_at": "2026-07-01T05:00:00"}


def test_the_sensor_asks_once_when_a_file_lands(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sources=("olist",))
    sensor = landing_sensor(settings)
    file = tmp_path / "landing" / "olist" / "orders.csv"
    file.parent.mkdir(parents=True)
    file.write_text("order_id\n")
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.build_sensor_context(instance=instance)
        assert sensor.evaluate_tick(first).run_requests
        quiet = dg.build_sensor_context(instance=instance, cursor=first.cursor)
        assert not sensor.evaluate_tick(quiet).run_requests
        file.write_text("order_id\no1\n")
        changed = dg.build_sensor_context(instance=instance, cursor=first.cursor)
        assert sensor.evaluate_tick(changed).run_requests


def test_runs_wait_for_one_another_when_served() -> None:
    configuration = yaml.safe_load((PROJECT_DIR / "orchestration" / "dagster.yaml").read_text())
    assert configuration["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert configuration["telemetry"]["enabled"] is False
    assert daily_job.name == "daily"
