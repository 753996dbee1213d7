"""Every metric of dbt_project/semantic, asked of MetricFlow, equals the marts of a real run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from metricflow.validation.data_warehouse_model_validator import DataWarehouseModelValidator

from orchestration.metrics import DuckDbDialect, MetricLayer
from tests.e2e.conftest import FinishedRun
from tests.e2e.metric_cases import CASES, Case

pytestmark = pytest.mark.e2e

Figures = dict[tuple[Any, ...], tuple[float | None, ...]]


@pytest.fixture(scope="module")
def layer(demo_run: FinishedRun) -> MetricLayer:
    return MetricLayer.of(demo_run.home / "dbt" / "target")


def figures(rows: list[tuple[Any, ...]], keys: int) -> Figures:
    """Return the metrics of each group; groups in which all are null say nothing."""
    found = {
        tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row[:keys]): tuple(
            None if cell is None else float(cell) for cell in row[keys:]
        )
        for row in rows
    }
    assert len(found) == len(rows), "a group stands twice"
    return {
        group: values
        for group, values in found.items()
        if any(value is not None for value in values)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_metrics_equal_the_mart_when_grouped_alike(
    demo_run: FinishedRun, layer: MetricLayer, case: Case
) -> None:
    sql = layer.sql(case.metrics, by=case.by, where=case.where)
    asked = figures(demo_run.warehouse_rows(sql), len(case.by))
    expected = figures(demo_run.warehouse_rows(case.mart), len(case.by))
    assert expected
    if "invitations" in case.name:
        # The mart has no row for a month with invitations but without an answer.
        asked = {group: values for group, values in asked.items() if group in expected}
    assert asked.keys() == expected.keys()
    # Amounts are rounded to cents in the marts.
    amount = any(name.endswith("_amount") for name in case.metrics)
    for group, values in expected.items():
        for name, value, answer in zip(case.metrics, values, asked[group], strict=True):
            tolerance = 0.005001 if amount and name.endswith("_amount") else 1e-8
            wanted = None if value is None else pytest.approx(value, rel=1e-9, abs=tolerance)
            assert answer == wanted, f"{name} in {group}"


def test_every_metric_is_compared(layer: MetricLayer) -> None:
    compared = {name for case in CASES for name in case.metrics}
    assert compared == {metric.name for metric in layer.metrics()}


def test_definitions_fit_the_warehouse_when_each_is_planned(
    demo_run: FinishedRun, layer: MetricLayer
) -> None:
    class Planner(DuckDbDialect):
        def dry_run(self, stmt: str, *_: object, **__: object) -> None:
            demo_run.warehouse_rows(f"explain {stmt}")

    validator = DataWarehouseModelValidator(sql_client=Planner())
    for validate in (
        validator.validate_semantic_models,
        validator.validate_dimensions,
        validator.validate_entities,
        validator.validate_simple_metrics,
        validator.validate_metrics,
    ):
        found = validate(layer.manifest)
        assert [issue.message for issue in found.all_issues] == []
