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
        " where stage_set = 'six_stage' order by entered_at"
    ) == [
        ("c1", "awareness", datetime(2025, 1, 1), False),
        ("c1", "purchase", datetime(2025, 1, 2), False),
        ("c1", "loyalty", datetime(2025, 1, 5), True),
    ]


def test_stage_falls_back_when_a_checkpoint_always_moves(make_warehouse: MakeWarehouse) -> None:
    """Whoever subscribes again after an end goes forward once more, in every stage set."""
    warehouse = make_warehouse()
    warehouse.put(
        "core.fct_interactions",
        [
            visit(1, "subscription_start", 1),
            visit(2, "renewal", 3),
            visit(3, "subscription_end", 5),
            visit(4, "pricing_view", 6),
            visit(5, "subscription_start", 7),
        ],
    )
    warehouse.build("fct_customer_stages")
    history = warehouse.rows(
        "select stage_set, stage_id, extract(day from entered_at), extract(day from left_at)"
        " from core.fct_customer_stages order by stage_set, entered_at"
    )
    assert [row[1:] for row in history if row[0] == "five_stage"] == [
        ("purchase", 1, 3),
        ("advocacy", 3, 5),
        ("consideration", 5, 7),
        ("purchase", 7, None),
    ]
    assert [row[1] for row in history if row[0] == "six_stage"] == [
        "purchase", "loyalty", "consideration", "purchase",
    ]  # fmt: skip
