"""Warehouses in which models that read comments' signals and scores can be built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from ml.tables import TABLES
from tests.dbt.conftest import Warehouse

# What the voice marts say of a comment; their own tests prove them, here they are literal rows.
COMMENT_SIGNALS = {
    "feedback_id": "varchar",
    "respondent_id": "varchar",
    "customer_id": "varchar",
    "occurred_at": "timestamp",
    "touchpoint_id": "varchar",
    "language": "varchar",
    "is_scored": "boolean",
    "sentiment": "varchar",
    "polarity": "double",
    "emotional_intensity": "double",
    "emotion": "varchar",
    "actionability": "varchar",
    "signal_version": "varchar",
}


def add_inputs(warehouse: Warehouse) -> Warehouse:
    """Add the empty tables of scores and of comments' signals to a warehouse of core models."""
    tables = {f"ml.{name}": columns for name, columns in TABLES.items()}
    tables["marts.fct_comment_signals"] = COMMENT_SIGNALS
    with duckdb.connect(str(warehouse.path)) as connection:
        for schema in ("ml", "marts"):
            connection.execute(f"create schema if not exists {schema}")
        for name, columns in tables.items():
            shape = ", ".join(f"{column} {sql_type}" for column, sql_type in columns.items())
            connection.execute(f"create table {name} ({shape})")
    return warehouse


def put_customers(
    warehouse: Warehouse, customer_ids: Sequence[str], **attributes: Any
) -> Warehouse:
    """Put one plain customer per id into `dim_customers`."""
    rows: list[Mapping[str, Any]] = [
        {
            "customer_id": customer_id,
            "customer_label": customer_id,
            "is_organisation": True,
            "segment": "mid_market",
            "is_test": False,
            **attributes,
        }
        for customer_id in customer_ids
    ]
    warehouse.put("core.dim_customers", rows)
    return warehouse
