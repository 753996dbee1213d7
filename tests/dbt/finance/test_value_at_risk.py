"""Value at risk, recomputed customer by customer from probabilities and subscriptions."""

from __future__ import annotations

import csv
import math
import random
from datetime import date, datetime

import pytest

from tests.dbt.conftest import PROJECT_DIR, MakeWarehouse
from tests.dbt.scored import add_inputs, put_customers

AS_OF = date(2026, 6, 30)
THRESHOLD = 0.30
CHAIN = (
    "int_revenue_items "
    "int_customer_spells int_customer_lifetimes int_customer_values int_customer_activity "
    "int_customer_voice int_customer_service mart_churn_risk mart_value_at_risk"
)


def assumption(name: str) -> float:
    path = PROJECT_DIR / "seeds" / "actions" / "assumptions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return next(
            float(row["base"]) for row in csv.DictReader(file) if row["assumption_id"] == name
        )


def lifetime_value(monthly: float, churn_180d: float) -> float:
    """Add up the discounted margin month by month, with the chance of still being there."""
    staying = math.pow(1 - churn_180d, 1 / 6)
    discount = math.pow(1 + assumption("discount_rate"), 1 / 12)
    months = range(int(assumption("lifetime_horizon_months")))
    margin = monthly * assumption("gross_margin")
    return sum((margin * (staying / discount) ** month for month in months), 0.0)


def test_value_at_risk_matches_month_by_month_sums(make_warehouse: MakeWarehouse) -> None:
    draw = random.Random(2)
    people = {
        f"c{number:02d}": (100 * (1 + number % 7), draw.uniform(0.01, 0.6), number % 5 == 0)
        for number in range(40)
    }
    warehouse = add_inputs(make_warehouse())
    put_customers(warehouse, [c for c, (_, _, large) in people.items() if large], segment="large")
    put_customers(
        warehouse, [c for c, (_, _, large) in people.items() if not large], segment="small"
    )
    warehouse.put(
        "core.fct_subscription_changes",
        [
            {
                "subscription_change_id": f"b:{customer}",
                "subscription_id": f"b:{customer}",
                "customer_id": customer,
                "changed_at": datetime(2025, 1, 1),
                "change_type": "started",
                "status": "active",
                "mrr_amount": monthly,
                "currency": "EUR",
            }
            for customer, (monthly, _, _) in people.items()
        ],
    )
    warehouse.put(
        "ml.churn_scores",
        [
            {
                "customer_id": customer,
                "as_of_date": AS_OF,
                "model_version": "v1",
                "churn_probability_30d": 1 - (1 - p) ** (1 / 3),
                "churn_probability_90d": p,
                "churn_probability_180d": 1 - (1 - p) ** 2,
            }
            for customer, (_, p, _) in people.items()
        ],
    )
    warehouse.put(
        "ml.model_status",
        [{"model_name": "churn", "as_of_date": AS_OF, "model_version": "v1", "status": "fitted"}],
    )
    warehouse.build(CHAIN)

    for segment in ("all", "large", "small"):
        chosen = [
            (monthly, p)
            for monthly, p, large in people.values()
            if segment in ("all", "large" if large else "small")
        ]
        at_risk = sum(p >= THRESHOLD for _, p in chosen)
        average = sum(12 * monthly for monthly, _ in chosen) / len(chosen)
        expected_loss = sum(p * lifetime_value(monthly, 1 - (1 - p) ** 2) for monthly, p in chosen)
        ((active, found_at_risk, simple, loss),) = warehouse.rows(
            "select active_customers, at_risk_customers, simple_value_at_risk_amount,"
            f" expected_loss_amount from marts.mart_value_at_risk where segment = '{segment}'"
        )
        assert (active, found_at_risk) == (len(chosen), at_risk)
        assert at_risk > 0
        assert float(simple) == pytest.approx(average * at_risk, abs=0.01)
        assert float(loss) == pytest.approx(expected_loss, abs=0.01 * len(chosen))
