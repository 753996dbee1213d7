"""Stages of customers against cases written out by hand."""

from __future__ import annotations

from datetime import datetime

from tests.dbt.conftest import MakeWarehouse


def visit(number: int, touchpoint_id: str, day: int, customer_id: str | None = "c1") -> dict:
    return {
        "interaction_id": f"a:{number}",
        "customer_id": customer_id,
        "touchpoint_id": touchpoint_id,
        "occurred_at": datetime(2025, 1, day),
        "source_name": "a",
    }


def test_stage_stays_the_furthest_when_later_visits_go_back(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    warehouse.put(
        "core.fct_interactions",
        [
            visit(1, "website_visit", 1),
            visit(2, "subscription_start", 2),
            visit(3, "pricing_view", 3),
            visit(4, "unmapped", 4),
            visit(5, "renewal", 5),
            visit(6, "product_use", 6),
            visit(7, "renewal", 7, customer_id=None),
        ],
    )
    warehouse.build("fct_customer_stages")
    assert warehouse.rows(
        "select customer_id, stage_id, entered_at, is_current from core.fct_customer_stages"
        " order by entered_at"
    ) == [
        ("c1", "awareness", datetime(2025, 1, 1), False),
        ("c1", "purchase", datetime(2025, 1, 2), False),
        ("c1", "loyalty", datetime(2025, 1, 5), True),
    ]
