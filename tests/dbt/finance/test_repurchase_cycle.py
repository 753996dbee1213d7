"""Gaps between purchases against lifelines' Kaplan–Meier estimator."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.scored import put_customers

AS_OF = date(2026, 6, 30)
CHAIN = "int_repurchase_steps mart_repurchase_cycle"
# lifelines takes the quantile of the normal distribution to all its digits.
VARIABLES = {"z_score": 1.959963984540054}


@pytest.fixture
def purchases() -> dict[str, list[date]]:
    draw = random.Random(3)
    bought = {}
    for number in range(200):
        day, days = date(2025, 1, 1) + timedelta(days=draw.randrange(200)), []
        while day <= AS_OF:
            days.append(day)
            if draw.random() < 0.15:
                break
            day += timedelta(days=draw.choice([7, 20, 30, 30, 45, 90, 200]))
        bought[f"c{number:03d}"] = days
    return bought


def fitted(purchases: dict[str, list[date]]) -> tuple[KaplanMeierFitter, list[int]]:
    """Fit lifelines on gaps made in plain Python; the ended gaps beside it."""
    ended, is_ended = [], []
    for days in purchases.values():
        for first, second in zip(days, [*days[1:], AS_OF], strict=True):
            ended.append((second - first).days)
            is_ended.append(True)
        is_ended[-1] = False
    model = KaplanMeierFitter().fit(ended, is_ended)
    return model, [gap for gap, flag in zip(ended, is_ended, strict=True) if flag]


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse, purchases: dict[str, list[date]]) -> Warehouse:
    warehouse = make_warehouse(variables=VARIABLES)
    put_customers(warehouse, list(purchases), segment="home")
    orders = [
        # A second order on the same day is the same purchase.
        {
            "order_id": f"{customer}:{number}:{copy}",
            "customer_id": customer,
            "ordered_at": datetime(day.year, day.month, day.day, 9 + copy),
            "status": "delivered",
        }
        for customer, days in purchases.items()
        for number, day in enumerate(days)
        for copy in range(1 + number % 2)
    ]
    cancelled = {
        "order_id": "x",
        "customer_id": "c000",
        "ordered_at": datetime(2026, 6, 29),
        "status": "cancelled",
    }
    warehouse.put("core.fct_orders", [*orders, cancelled])
    warehouse.put(
        "core.fct_order_lines",
        [
            {
                "order_line_id": f"{order['order_id']}:1",
                "order_id": order["order_id"],
                "customer_id": order["customer_id"],
                "ordered_at": order["ordered_at"],
                "product_category": "tea" if str(order["customer_id"]) < "c100" else "training",
            }
            for order in orders
        ],
    )
    warehouse.build(CHAIN)
    return warehouse


@pytest.mark.parametrize(
    ("dimension", "value", "first", "last"),
    [("all", "all", 0, 200), ("segment", "home", 0, 200), ("product_category", "tea", 0, 100)],
)
def test_curve_agrees_with_lifelines(
    warehouse: Warehouse,
    purchases: dict[str, list[date]],
    dimension: str,
    value: str,
    first: int,
    last: int,
) -> None:
    chosen = {c: days for c, days in purchases.items() if first <= int(c[1:]) < last}
    model, ended = fitted(chosen)
    found = warehouse.frame(
        "select gap_days, at_risk_count, event_count, survival_share, survival_share_lower,"
        " survival_share_upper from core.int_repurchase_steps"
        f" where dimension = '{dimension}' and dimension_value = '{value}' order by gap_days"
    ).set_index("gap_days")
    table = model.event_table.loc[found.index]
    assert found["at_risk_count"].tolist() == table["at_risk"].tolist()
    assert found["event_count"].tolist() == table["observed"].tolist()
    interval = model.confidence_interval_.loc[found.index]
    for column, expected in (
        ("survival_share", model.survival_function_["KM_estimate"]),
        ("survival_share_lower", interval["KM_estimate_lower_0.95"]),
        ("survival_share_upper", interval["KM_estimate_upper_0.95"]),
    ):
        difference = (found[column] - expected.loc[found.index]).abs().max()
        assert difference < 1e-9, column
    (cycle,) = warehouse.rows(
        "select quartile_1_days, median_days, median_days_lower, median_days_upper,"
        " quartile_3_days, mean_observed_days, observed_gap_count"
        " from marts.mart_repurchase_cycle"
        f" where dimension = '{dimension}' and dimension_value = '{value}'"
    )
    survival = model.survival_function_["KM_estimate"]

    def reached(shares: pd.Series, share: float) -> int | None:
        return next((int(day) for day, s in shares.items() if s <= share + 1e-12), None)

    assert cycle[:5] == (
        reached(survival, 0.75),
        reached(survival, 0.5),
        reached(model.confidence_interval_["KM_estimate_lower_0.95"], 0.5),
        reached(model.confidence_interval_["KM_estimate_upper_0.95"], 0.5),
        reached(survival, 0.25),
    )
    assert cycle[5] == pytest.approx(sum(ended) / len(ended), rel=1e-12)
    assert cycle[6] == len(ended)


def test_plain_mean_runs_short_and_stated_cycle_is_compared(warehouse: Warehouse) -> None:
    ((share, compared),) = warehouse.rows(
        "select returned_by_stated_share, compared_with_stated from marts.mart_repurchase_cycle"
        " where dimension_value = 'training'"
    )
    ((expected,),) = warehouse.rows(
        "select 1 - min(survival_share) from core.int_repurchase_steps"
        " where dimension_value = 'training' and gap_days <= 365"
    )
    assert share == pytest.approx(expected, rel=1e-12)
    assert compared == "faster than stated"


def test_everybody_back_leaves_nobody_and_no_upper_bound(make_warehouse: MakeWarehouse) -> None:
    warehouse = put_customers(make_warehouse(), ["c1", "c2"])
    days = {"c1": [AS_OF - timedelta(days=30), AS_OF], "c2": [AS_OF - timedelta(days=10), AS_OF]}
    warehouse.put(
        "core.fct_orders",
        [
            {
                "order_id": f"{c}{day}",
                "customer_id": c,
                "ordered_at": datetime(*day.timetuple()[:3]),
            }
            for c, bought in days.items()
            for day in bought
        ],
    )
    warehouse.build(CHAIN)
    assert warehouse.rows(
        "select gap_days, round(survival_share, 12), survival_share_upper is null"
        " from core.int_repurchase_steps where dimension = 'all' order by 1"
    ) == [(0, 1.0, False), (10, 0.5, False), (30, 0.0, True)]
    assert warehouse.rows(
        "select median_days, quartile_3_days, median_status from marts.mart_repurchase_cycle"
        " where dimension = 'all'"
    ) == [(10, 30, "too few")]
