"""What is measured of each table, from contracts and from dbt's manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.defs.quality.specs import event_time, mart_lineage, stream_specs, table_specs
from orchestration.extract.shapes import ColumnContract, SourceContract, StreamContract


def model(schema: str, name: str, *columns: str, **options: Any) -> dict[str, Any]:
    return {
        "resource_type": options.pop("resource_type", "model"),
        "schema": schema,
        "alias": name,
        "description": "One thing. Grain: one row per thing.",
        "columns": {column: {"meta": {}, "config": {}} for column in columns},
        "config": {"materialized": "table", "meta": {"owner": "team_a"}, **options},
    }


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    nodes = {
        "stg": model("staging", "stg_crm__orders", "order_id", materialized="view"),
        "fct": model("core", "fct_orders", "order_id", "ordered_at", "customer_email"),
        "int": model("core", "int_orders", "order_id"),
        "dim": model("core", "dim_customers", "customer_id", "created_at", "customer_label"),
        "feat": model("features", "features_churn", "customer_id", "as_of_date", "created_at"),
        "mart": model("marts", "mart_orders", "order_id", "ordered_at"),
        "card": model("marts", "mart_card", "mart_name", materialized="view"),
    }
    sources = {
        "raw": model("raw", "crm__orders", "order_id", resource_type="source"),
        "ml": model("ml", "churn_scores", "customer_id", resource_type="source"),
    }
    parents = {"stg": ["raw"], "fct": ["stg"], "mart": ["fct", "ml"], "card": []}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes, "sources": sources, "parent_map": parents}))
    return path


def test_facts_are_measured_over_a_window_and_other_tables_whole(manifest: Path) -> None:
    every = [("core", "fct_orders"), ("core", "int_orders"), ("core", "dim_customers"),
             ("features", "features_churn"), ("marts", "mart_orders"), ("marts", "mart_card"),
             ("ml", "churn_scores")]  # fmt: skip
    specs = {spec.table: spec for spec in table_specs(manifest, [dg.AssetKey(k) for k in every])}
    assert {name: (spec.time_column, spec.window_days) for name, spec in specs.items()} == {
        "core.dim_customers": (None, 7),
        "core.fct_orders": ("ordered_at", 7),
        "features.features_churn": ("as_of_date", 1),
        "marts.mart_orders": (None, 7),
        "ml.churn_scores": (None, 7),
    }
    assert specs["core.fct_orders"].hidden_columns == {"customer_email"}
    assert specs["core.dim_customers"].hidden_columns == {"customer_label"}
    assert specs["core.fct_orders"].owner == "team_a"
    assert table_specs(manifest, []) == ()


def test_a_mart_stands_on_all_tables_above_it(manifest: Path) -> None:
    lineage = mart_lineage(manifest)
    assert [tuple(row) for row in lineage.to_numpy()] == [
        ("mart_orders", "team_a", table)
        for table in (
            "core.fct_orders",
            "marts.mart_orders",
            "ml.churn_scores",
            "raw.crm__orders",
            "staging.stg_crm__orders",
        )
    ]


def column(name: str, kind: str, **options: Any) -> ColumnContract:
    return ColumnContract(name=name, type=kind, **options)


def test_the_time_of_an_event_is_a_required_one_that_lies_in_the_past() -> None:
    columns = (
        column("order_id", "string", required=True),
        column("due_at", "timestamp", required=True, may_be_future=True),
        column("paid_at", "timestamp"),
        column("ordered_at", "timestamp", required=True),
        column("email", "string", personal_data="email"),
    )
    stream = StreamContract(
        source_name="crm", name="orders", files="*.csv", format="csv", columns=columns,
        key=("order_id",), freshness_days=35,
    )  # fmt: skip
    assert event_time(stream) == "ordered_at"
    source = SourceContract(name="crm", owner="sales", streams=(stream,))
    (spec,) = stream_specs([(source, stream)])
    assert (spec.table, spec.owner, spec.window_days) == ("raw.crm__orders", "sales", 35)
    assert spec.hidden_columns == {"email"}
    assert spec.stream is not None
    assert spec.stream.required_columns == ("order_id", "due_at", "ordered_at")
