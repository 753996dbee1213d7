"""Groups of past months are what mart_segments would have said on that day."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.scored import add_inputs, put_customers

NOW, THEN = date(2026, 6, 30), date(2026, 4, 30)
CHAIN = (
    "int_customer_spells int_customer_lifetimes int_customer_values int_customer_activity "
    "int_customer_voice mart_segments int_revenue_items int_feature_snapshots "
    "int_feature_snapshot_days int_snapshot_usage int_snapshot_interactions int_segment_history "
    "mart_segment_migration"
)
TIMES = {
    "core.fct_orders": "ordered_at",
    "core.fct_subscription_changes": "changed_at",
    "core.fct_survey_answers": "answered_at",
    "core.fct_usage_daily": "usage_date",
    "core.fct_interactions": "occurred_at",
}
BUYERS = [f"b{number:02d}" for number in range(40)]
SUBSCRIBERS = [f"s{number:02d}" for number in range(40)]

Facts = Mapping[str, Sequence[dict[str, Any]]]


def subscription(draw: random.Random, customer: str) -> list[dict[str, Any]]:
    """Draw a subscription with an end, a long gap and a new start, or parts of that."""
    first = datetime(2025, 1, 1) + timedelta(days=draw.randrange(450))
    moments = [first, first + timedelta(days=draw.randrange(40, 400))]
    moments.append(moments[-1] + timedelta(days=draw.randrange(40, 200)))
    changes = zip(moments, ("started", "ended", "started"), strict=True)
    rows = []
    for number, (moment, change_type) in enumerate(changes):
        is_active = change_type == "started"
        rows.append(
            {
                "subscription_change_id": f"{customer}:{number}",
                "subscription_id": customer,
                "customer_id": customer,
                "changed_at": moment,
                "change_type": change_type,
                "status": "active" if is_active else "cancelled",
                "mrr_amount": draw.choice([10, 20, 90]) if is_active else 0,
                "currency": "EUR",
                "contract_months": draw.choice([1, 12]),
            }
        )
    return rows


def make_facts(draw: random.Random) -> Facts:
    facts: dict[str, list[dict[str, Any]]] = {name: [] for name in TIMES}
    for customer in SUBSCRIBERS:
        facts["core.fct_subscription_changes"] += subscription(draw, customer)
        for day in range(0, 180, draw.choice([1, 5, 40])):
            facts["core.fct_usage_daily"].append(
                {
                    "customer_id": customer,
                    "usage_date": NOW - timedelta(days=day),
                    "feature": "reports",
                    "event_count": draw.randrange(30),
                }
            )
    for number in range(160):
        facts["core.fct_orders"].append(
            {
                "order_id": str(number),
                "customer_id": draw.choice(BUYERS),
                "ordered_at": datetime(2026, 6, 30, 12) - timedelta(days=draw.randrange(500)),
                "status": draw.choice(["delivered", "delivered", "cancelled"]),
                "total_amount": draw.randrange(5, 200),
                "currency": "EUR",
            }
        )
    for number in range(120):
        customer = draw.choice(BUYERS + SUBSCRIBERS)
        at = datetime(2026, 6, 30, 12) - timedelta(days=draw.randrange(300))
        facts["core.fct_survey_answers"].append(
            {
                "answer_id": str(number),
                "customer_id": customer,
                "metric": "NPS",
                "score": float(draw.randrange(11)),
                "is_on_scale": True,
                "answered_at": at,
            }
        )
        facts["core.fct_interactions"].append(
            {
                "interaction_id": str(number),
                "customer_id": customer,
                "touchpoint_id": "invoice",
                "occurred_at": at,
            }
        )
    return facts


def build(make_warehouse: MakeWarehouse, facts: Facts, as_of: date) -> Warehouse:
    """Build from what had happened by a day."""
    warehouse = put_customers(add_inputs(make_warehouse(as_of=as_of)), BUYERS + SUBSCRIBERS)
    for relation, rows in facts.items():
        time = TIMES[relation]
        known = [
            row
            for row in rows
            if (row[time].date() if isinstance(row[time], datetime) else row[time]) <= as_of
        ]
        if relation == "core.fct_subscription_changes":
            following = {
                (row["subscription_id"], place): row["changed_at"]
                for place, row in ((int(row["subscription_change_id"][-1]), row) for row in known)
            }
            known = [
                row
                | {
                    "valid_to": following.get(
                        (row["subscription_id"], int(row["subscription_change_id"][-1]) + 1)
                    )
                }
                for row in known
            ]
        warehouse.put(relation, known)
    warehouse.build(CHAIN)
    return warehouse


GROUPS = "customer_id, lifecycle_state, value_band, attitude, buying_habit"


def test_history_is_what_the_mart_said_then(make_warehouse: MakeWarehouse) -> None:
    facts = make_facts(random.Random(9))
    said_then = build(make_warehouse, facts, THEN).rows(
        f"select {GROUPS} from marts.mart_segments where lifecycle_state <> 'prospect' order by 1"
    )
    now = build(make_warehouse, facts, NOW)
    history = f"select {GROUPS} from core.int_segment_history where as_of_date = ?"
    found = now.rows(
        history.replace("?", f"date '{THEN}'") + " and lifecycle_state <> 'prospect' order by 1"
    )
    assert found == said_then
    assert len({row[1] for row in found}) >= 5
    today = now.rows(f"select {GROUPS} from marts.mart_segments order by 1")
    assert now.rows(history.replace("?", f"date '{NOW}'") + " order by 1") == today
    now.test("assert_segment_migration_adds_up")
