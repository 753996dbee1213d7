"""The wide row and the timeline against counts made one fact at a time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.scored import add_inputs, put_customers

CUSTOMERS = [f"c{number}" for number in range(12)]
CHAIN = (
    "fct_customer_stages int_customer_spells int_customer_lifetimes "
    "int_revenue_items "
    "int_customer_values int_customer_activity int_customer_voice int_customer_service "
    "mart_segments mart_churn_risk mart_contact_permissions mart_upsell_opportunities "
    "int_business_calendar int_business_time_index int_journey_touchpoints int_journey_interactions"
    " fct_journey_visits"
    " int_journey_instances int_journey_required_steps fct_journey_steps fct_journeys"
    " int_web_events "
    "int_conversions fct_web_sessions int_customer_operations "
    "int_case_signals mart_case_queue mart_customer_360 mart_customer_timeline"
)
LAST_MOMENT = datetime(2026, 6, 30, 23, 59)

Facts = dict[str, list[dict[str, Any]]]


def make_facts(draw: random.Random) -> Facts:
    """Draw facts of every kind; several per customer, so that a careless join multiplies them."""

    def moment(days: int) -> datetime:
        return LAST_MOMENT - timedelta(minutes=draw.randrange(days * 1440))

    facts: Facts = {
        name: [] for name in ("interactions", "answers", "comments", "tickets", "orders")
    }
    for number in range(400):
        facts["interactions"].append(
            {
                "interaction_id": f"w:{number}",
                "customer_id": draw.choice([*CUSTOMERS, None]),
                "touchpoint_id": draw.choice(["product_use", "payment_failure", "pricing_view"]),
                "event_name": "seen",
                "channel_id": "web",
                "occurred_at": moment(200),
                "source_name": "w",
            }
        )
    for number in range(60):
        customer, at = draw.choice(CUSTOMERS), moment(300)
        facts["answers"].append(
            {
                "answer_id": f"s:{number}",
                "response_id": f"s:r{number}",
                "survey_id": "relationship",
                "question_id": "nps",
                "metric": "NPS",
                "score": float(draw.randrange(11)),
                "is_on_scale": True,
                "customer_id": customer,
                "answered_at": at,
                "source_name": "s",
            }
        )
        facts["comments"].append(
            {"feedback_id": f"s:f{number}", "customer_id": customer, "occurred_at": at}
        )
    for number in range(50):
        facts["tickets"].append(
            {
                "ticket_id": f"h:{number}",
                "customer_id": draw.choice(CUSTOMERS),
                "opened_at": moment(200),
                "status": "open",
            }
        )
    for number in range(40):
        facts["orders"].append(
            {
                "order_id": f"o:{number}",
                "customer_id": draw.choice(CUSTOMERS),
                "ordered_at": moment(400),
                "status": "delivered",
                "total_amount": draw.randrange(1, 90),
                "currency": "EUR",
            }
        )
    return facts


def build(make_warehouse: MakeWarehouse, facts: Facts) -> Warehouse:
    warehouse = put_customers(add_inputs(make_warehouse()), CUSTOMERS)
    warehouse.put("core.fct_interactions", facts["interactions"])
    warehouse.put("core.fct_survey_answers", facts["answers"])
    warehouse.put(
        "core.fct_feedback",
        [
            {
                **comment,
                "feedback_kind": "direct",
                "is_solicited": True,
                "comment_text": "mail me at someone@example.org",
                "comment_redacted": "mail me at [email] " + "x" * 400,
                "source_name": "s",
            }
            for comment in facts["comments"]
        ],
    )
    warehouse.put(
        "marts.fct_comment_signals",
        [{**comment, "is_scored": True, "sentiment": "negative"} for comment in facts["comments"]],
    )
    warehouse.put("core.fct_tickets", facts["tickets"])
    warehouse.put("core.fct_orders", facts["orders"])
    warehouse.build(CHAIN)
    return warehouse


def per_customer(rows: Sequence[dict[str, Any]]) -> Counter[str]:
    return Counter(row["customer_id"] for row in rows if row["customer_id"])


def test_wide_row_counts_every_fact_once(make_warehouse: MakeWarehouse) -> None:
    facts = make_facts(random.Random(3))
    warehouse = build(make_warehouse, facts)
    since = datetime(2026, 4, 2)
    recent = [row for row in facts["interactions"] if row["occurred_at"] >= since]
    expected = {
        customer: (
            per_customer(recent)[customer],
            per_customer(facts["comments"])[customer],
            per_customer(facts["orders"])[customer],
            sum(row["total_amount"] for row in facts["orders"] if row["customer_id"] == customer),
            per_customer(facts["tickets"])[customer],
        )
        for customer in CUSTOMERS
    }
    found = {
        customer: (interactions, comments, orders, revenue, tickets)
        for customer, interactions, comments, orders, revenue, tickets in warehouse.rows(
            "select customer_id, interaction_count_90d, negative_comment_count, order_count,"
            " lifetime_revenue_amount, open_ticket_count from marts.mart_customer_360"
        )
    }
    assert found == expected
    cases = dict(
        warehouse.rows("select customer_id, count(*) from marts.mart_case_queue group by 1")
    )
    shown = dict(
        warehouse.rows(
            "select customer_id, open_case_count from marts.mart_customer_360"
            " where open_case_count > 0"
        )
    )
    assert cases
    assert shown == cases


def test_timeline_is_whole_in_order_and_the_same_when_rows_come_shuffled(
    make_warehouse: MakeWarehouse,
) -> None:
    draw = random.Random(3)
    facts = make_facts(draw)
    timeline = (
        "select customer_id, sequence, occurred_at, kind, headline, detail, contact_count"
        " from marts.mart_customer_timeline order by customer_id, sequence"
    )
    rows = build(make_warehouse, facts).rows(timeline)
    kinds: Counter[str] = Counter()
    by_customer: dict[str, list[tuple[int, datetime]]] = {}
    for customer, sequence, occurred_at, kind, _, detail, contact_count in rows:
        kinds[kind] += contact_count
        by_customer.setdefault(customer, []).append((sequence, occurred_at))
        assert len(detail or "") <= 280
        assert "@" not in (detail or "")
    assert kinds["interaction"] == sum(
        row["customer_id"] is not None for row in facts["interactions"]
    )
    assert kinds["survey"] == len(facts["answers"])
    assert kinds["comment"] == len(facts["comments"])
    for entries in by_customer.values():
        assert [sequence for sequence, _ in entries] == list(range(1, len(entries) + 1))
        assert [at for _, at in entries] == sorted(at for _, at in entries)

    for name in facts:
        draw.shuffle(facts[name])
    assert build(make_warehouse, facts).rows(timeline) == rows
