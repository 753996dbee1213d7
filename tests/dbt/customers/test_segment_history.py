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


GROUPS = "customer_id, lifecycle_state, value_band, attitude, buying_habit, rfm_segment, engagement"
TODAY = (
    "(select *, case when is_engaged then 'engaged' else 'not engaged' end as engagement"
    " from marts.mart_segments)"
)


def test_history_is_what_the_mart_said_then(make_warehouse: MakeWarehouse) -> None:
    facts = make_facts(random.Random(9))
    said_then = build(make_warehouse, facts, THEN).rows(
        f"select {GROUPS} from {TODAY} where lifecycle_state <> 'prospect' order by 1"
    )
    now = build(make_warehouse, facts, NOW)
    history = f"select {GROUPS} from core.int_segment_history where as_of_date = ?"
    found = now.rows(
        history.replace("?", f"date '{THEN}'") + " and lifecycle_state <> 'prospect' order by 1"
    )
    assert found == said_then
    assert len({row[1] for row in found}) >= 5
    assert len({row[5] for row in found}) >= 6
    assert len({row[6] for row in found}) == 2
    today = now.rows(f"select {GROUPS} from {TODAY} order by 1")
    assert now.rows(history.replace("?", f"date '{NOW}'") + " order by 1") == today
    now.test("assert_segment_migration_adds_up")


def quintile(values: Sequence[float], value: float) -> int:
    """Score a value 1 to 5 by the share of the others that lie below it."""
    below = sum(other < value for other in values)
    return min(5, 1 + int(5 * below / max(len(values) - 1, 1)))


def test_rfm_segment_is_worked_out_among_the_buyers_known_by_each_month(
    make_warehouse: MakeWarehouse,
) -> None:
    """The last buyer of all comes in June: in May he neither has a segment nor counts."""
    bought = {
        "b00": [(date(2026, 1, 5), 900), (date(2026, 4, 20), 900)],
        "b01": [(date(2026, 2, 1), 50)],
        "b02": [(date(2026, 3, 1), 70), (date(2026, 5, 30), 10)],
        "b03": [(date(2026, 5, 1), 300), (date(2026, 6, 15), 5)],
        "b04": [(date(2026, 6, 29), 999)],
    }
    orders = [
        {"order_id": f"{customer}{number}", "customer_id": customer, "status": "delivered",
         "ordered_at": datetime(day.year, day.month, day.day, 12), "total_amount": amount,
         "currency": "EUR"}
        for customer, purchases in bought.items()
        for number, (day, amount) in enumerate(purchases)
    ]  # fmt: skip
    warehouse = build(make_warehouse, {"core.fct_orders": orders}, NOW)
    names = {
        (recency, value): name
        for recency, value, name in warehouse.rows(
            "select recency_score, value_score, rfm_segment from reference.rfm_segments"
        )
    }
    expected = set()
    for end in (date(2026, 5, 31), NOW):
        known = {
            customer: [(day, amount) for day, amount in purchases if day <= end]
            for customer, purchases in bought.items()
            if purchases[0][0] <= end
        }
        last = {c: float(max(day for day, _ in p).toordinal()) for c, p in known.items()}
        often = {c: float(len(p)) for c, p in known.items()}
        money = {c: float(sum(amount for _, amount in p)) for c, p in known.items()}
        for customer in known:
            recency, frequency, monetary = (
                quintile(list(measure.values()), measure[customer])
                for measure in (last, often, money)
            )
            value = (frequency + monetary + 1) // 2
            expected.add((end, customer, names[recency, value]))
    assert (
        set(
            warehouse.rows(
                "select as_of_date, customer_id, rfm_segment from core.int_segment_history"
                " where as_of_date >= date '2026-05-31' and customer_id in"
                " ('b00', 'b01', 'b02', 'b03', 'b04') and rfm_segment <> 'no_purchase'"
            )
        )
        == expected
    )
    assert warehouse.rows(
        "select to_value, customers from marts.mart_segment_migration where period_grain = 'month'"
        f" and to_date = date '{NOW}' and segmentation = 'rfm_segment'"
        " and from_value = 'not yet known'"
    ) == [(name, 1) for end, customer, name in expected if end == NOW and customer == "b04"]
