"""The semantic definitions: sound, described, and without a figure where none has a meaning."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dbt.contracts.graph.semantic_manifest import SemanticManifest
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)

from orchestration.cli import main
from orchestration.metrics import SEMANTIC_MANIFEST, MetricLayer
from tests.dbt.conftest import DbtProject, MakeWarehouse, Warehouse
from tests.dbt.semantic import catalogue

SELECT = "path:models/core int_scored_answers"


@pytest.fixture(scope="session")
def target(dbt_project: DbtProject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("semantic")
    assert dbt_project.manifest is not None
    SemanticManifest(dbt_project.manifest).write_json_to_file(str(folder / SEMANTIC_MANIFEST))
    return folder


@pytest.fixture(scope="session")
def layer(target: Path) -> MetricLayer:
    return MetricLayer.of(target)


def asked(
    layer: MetricLayer, warehouse: Warehouse, metric: str, *by: str
) -> dict[tuple[Any, ...], Any]:
    rows = warehouse.rows(layer.sql([metric], by=by))
    return {row[:-1]: None if row[-1] is None else float(row[-1]) for row in rows}


def answer(number: int, survey_id: str, question_id: str, score: float) -> dict[str, Any]:
    return {
        "answer_id": f"a{number}",
        "survey_id": survey_id,
        "question_id": question_id,
        "answered_at": datetime(2026, 5, 10),
        "score": score,
        "is_on_scale": True,
    }


def question(question_id: str, metric: str, lowest: int, highest: int) -> dict[str, Any]:
    return {
        "survey_id": "s",
        "question_id": question_id,
        "metric": metric,
        "scale_minimum": lowest,
        "scale_maximum": highest,
        "direction": "higher_is_better",
    }


def test_definitions_are_valid_when_metricflow_looks_at_them(layer: MetricLayer) -> None:
    found = SemanticManifestValidator().validate_semantic_manifest(layer.manifest)
    assert [issue.message for issue in found.all_issues] == []


def test_every_metric_is_owned_and_stands_in_a_mart(
    layer: MetricLayer, dbt_project: DbtProject
) -> None:
    assert dbt_project.manifest is not None
    columns = {
        node.name: set(node.columns)
        for node in dbt_project.manifest.nodes.values()
        if node.resource_type == "model"
    }
    metrics = layer.metrics()
    assert len(metrics) == len(layer.manifest.metrics)
    for metric in metrics:
        mart, column = metric.mart.split(".")
        assert column in columns[mart], metric.name
        assert metric.owner in catalogue.AREAS, metric.name
        assert metric.unit, metric.name
        assert metric.description.endswith("."), metric.name
        assert metric.label != metric.name, metric.name


def test_the_document_lists_every_metric_as_it_is_defined(layer: MetricLayer) -> None:
    assert catalogue.written() == catalogue.table(layer.metrics()), (
        "write it anew with: python -m tests.dbt.semantic.catalogue"
    )


def test_scales_are_not_mixed_when_a_share_is_asked_for(
    layer: MetricLayer, make_warehouse: MakeWarehouse
) -> None:
    warehouse = make_warehouse(SELECT)
    warehouse.clear("reference.survey_questions")
    warehouse.put(
        "reference.survey_questions",
        [
            question("five", "CSAT", 1, 5),
            question("two", "CSAT", 0, 1),
            question("whole", "OSAT", 1, 5),
        ],
    )
    warehouse.put(
        "core.fct_survey_answers",
        [
            answer(1, "s", "five", 4),
            answer(2, "s", "five", 2),
            answer(3, "s", "two", 1),
            answer(4, "s", "whole", 5),
            answer(5, "s", "whole", 4),
            answer(6, "s", "whole", 1),
        ],
    )
    warehouse.build("int_scored_answers")
    assert asked(layer, warehouse, "csat") == {(): None}
    assert asked(layer, warehouse, "csat", "answer__scale") == {("1–5",): 0.5, ("0–1",): 1.0}
    assert asked(layer, warehouse, "osat") == {(): pytest.approx(2 / 3)}
    assert asked(layer, warehouse, "mean_survey_score") == {(): None}


def test_currencies_are_not_mixed_when_an_amount_is_asked_for(
    layer: MetricLayer, make_warehouse: MakeWarehouse
) -> None:
    warehouse = make_warehouse(SELECT)
    warehouse.relation("marts.fct_service_contacts")
    warehouse.put(
        "marts.fct_service_contacts",
        [
            {
                "contact_id": f"c{number}",
                "customer_id": f"k{number}",
                "segment": segment,
                "channel_id": "phone",
                "occurred_at": datetime(2026, 5, 4),
                "is_failure_demand": number == 1,
                "reason": "unknown",
                "demand": "value_demand",
                "cost_amount": 8,
                "currency": currency,
            }
            for number, (segment, currency) in enumerate(
                [("big", "EUR"), ("big", "EUR"), ("small", "EUR"), ("small", "USD")]
            )
        ],
    )
    assert asked(layer, warehouse, "contact_cost_amount") == {(): None}
    assert asked(layer, warehouse, "cost_to_serve_amount", "contact__segment") == {
        ("big",): 8.0,
        ("small",): None,
    }
    assert asked(layer, warehouse, "failure_demand_cost_amount") == {(): 8.0}


def test_periods_and_bases_are_not_mixed_when_a_rate_is_asked_for(
    layer: MetricLayer, make_warehouse: MakeWarehouse
) -> None:
    warehouse = make_warehouse(SELECT)
    warehouse.relation("marts.mart_retention")
    common = {"period_grain": "month", "segment": "big", "currency": "EUR"}
    warehouse.put(
        "marts.mart_retention",
        [
            {**common, **row}
            for row in (
                {"churn_basis": "contractual", "period_end": date(2026, 4, 30),
                 "customers_at_start": 10, "lost_customers": 1},
                {"churn_basis": "silence", "period_end": date(2026, 4, 30),
                 "customers_at_start": 10, "lost_customers": 5},
                {"churn_basis": "silence", "period_end": date(2026, 5, 31),
                 "customers_at_start": 4, "lost_customers": 1},
                {"churn_basis": "silence", "period_end": date(2026, 5, 31), "segment": "all",
                 "customers_at_start": 4, "lost_customers": 4},
            )
        ],
    )  # fmt: skip
    by_month = {
        key[0].date(): value
        for key, value in asked(layer, warehouse, "churn_rate", "metric_time__month").items()
    }
    assert by_month == {date(2026, 4, 1): None, date(2026, 5, 1): 0.25}
    assert asked(layer, warehouse, "churn_rate", "retention__churn_basis") == {
        ("contractual",): 0.1,
        ("silence",): None,
    }


@pytest.fixture
def home(
    target: Path,
    make_warehouse: MakeWarehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    warehouse = make_warehouse(SELECT)
    warehouse.put("core.fct_survey_answers", [answer(1, "relationship", "nps", 10)])
    folder = tmp_path / "home"
    (folder / "dbt").mkdir(parents=True)
    (folder / "dbt" / "target").symlink_to(target)
    warehouse.path.rename(folder / "warehouse.duckdb")
    monkeypatch.setenv("THROUGHLINE_HOME", str(folder))
    return folder


def test_the_command_prints_figures_when_metrics_are_named(home: Path) -> None:
    printed = CliRunner().invoke(main, ["metrics", "nps", "--by", "metric_time__month", "--csv"])
    assert printed.exit_code == 0, printed.output
    assert printed.output.splitlines() == ["metric_time__month,nps", "2026-05-01,100"]


def test_the_command_lists_metrics_and_dimensions_when_nothing_is_asked(home: Path) -> None:
    listed = CliRunner().invoke(main, ["metrics"])
    assert "nps " in listed.output
    assert "survey_scales" not in listed.output
    dimensions = CliRunner().invoke(main, ["metrics", "nps", "--dimensions"])
    assert "customer__country" in dimensions.output.splitlines()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nsp"], "there is no metric nsp"),
        (["nps", "--by", "ticket__team"], "ticket__team"),
    ],
)
def test_the_command_says_what_is_wrong_when_a_name_is_not_known(
    home: Path, arguments: list[str], says: str
) -> None:
    printed = CliRunner().invoke(main, ["metrics", *arguments])
    assert printed.exit_code == 1
    assert says in printed.output


def test_the_command_says_what_to_do_when_there_was_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path))
    printed = CliRunner().invoke(main, ["metrics"])
    assert printed.exit_code == 1
    assert "throughline run" in printed.output
