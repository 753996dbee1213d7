"""RFM scores against quintiles counted by hand."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.dbt.conftest import MakeWarehouse
from tests.dbt.scored import add_inputs, put_customers

AS_OF = date(2026, 6, 30)
SEGMENTS = (
    "int_revenue_items "
    "int_customer_spells int_customer_lifetimes int_customer_values int_customer_activity "
    "int_customer_voice mart_segments"
)


def score(value: float, everyone: list[float]) -> int:
    """Give one more than the fifths of the others that lie below."""
    below = sum(other < value for other in everyone)
    return min(5, 1 + 5 * below // (len(everyone) - 1))


def test_scores_match_counted_quintiles_when_values_tie(make_warehouse: MakeWarehouse) -> None:
    draw = random.Random(5)
    customers = [f"c{number:03d}" for number in range(120)]
    orders = []
    for customer in customers:
        for _ in range(draw.choice([1, 1, 1, 1, 2, 3, 6])):
            ordered_at = datetime(2026, 6, 30, 12) - timedelta(days=draw.randrange(60))
            amount = draw.choice([10, 20, 20, 50, 75])
            orders.append((customer, ordered_at, amount))
    warehouse = put_customers(add_inputs(make_warehouse()), customers)
    warehouse.put(
        "core.fct_orders",
        [
            {
                "order_id": f"o:{number}",
                "customer_id": customer,
                "ordered_at": ordered_at,
                "status": "delivered",
                "total_amount": amount,
                "currency": "EUR",
            }
            for number, (customer, ordered_at, amount) in enumerate(orders)
        ],
    )
    warehouse.build(SEGMENTS)

    recency = {
        customer: -min((AS_OF - at.date()).days for owner, at, _ in orders if owner == customer)
        for customer in customers
    }
    frequency = {c: sum(owner == c for owner, _, _ in orders) for c in customers}
    money = {c: sum(amount for owner, _, amount in orders if owner == c) for c in customers}
    expected = {
        customer: tuple(
            score(measure[customer], list(measure.values()))
            for measure in (recency, frequency, money)
        )
        for customer in customers
    }
    found = {
        customer: scores
        for customer, *scores in warehouse.rows(
            "select customer_id, recency_score, frequency_score, monetary_score"
            " from marts.mart_segments"
        )
    }
    assert {customer: tuple(scores) for customer, scores in found.items()} == expected
    assert len({scores[1] for scores in found.values()}) >= 3
