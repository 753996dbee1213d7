"""Retention marts against subscriptions followed one by one in plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.scored import put_customers

AS_OF = date(2026, 6, 30)
END = datetime(2026, 7, 1)
GRACE = timedelta(days=30)
CHAIN = (
    "int_revenue_items "
    "int_customer_spells int_customer_lifetimes int_customer_values int_money_periods "
    "int_customer_levels mart_retention mart_retention_cohorts"
)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Time in which a customer pays one rate."""

    start: datetime
    end: datetime | None
    rate: Decimal


def history(draw: random.Random) -> list[Stretch]:
    """Draw the life of one subscription: changes of rate, lapses short and long, perhaps an end."""
    moment = datetime(2025, 1, 1) + timedelta(days=draw.randrange(300), hours=draw.randrange(24))
    stretches = []
    for _ in range(draw.randrange(1, 6)):
        end = moment + timedelta(days=draw.randrange(1, 150), hours=draw.randrange(24))
        rate = Decimal(draw.choice([0, 10, 25, 25, 40]))
        if end >= END:
            return [*stretches, Stretch(start=moment, end=None, rate=rate)]
        stretches.append(Stretch(start=moment, end=end, rate=rate))
        moment = end + timedelta(days=draw.choice([0, 0, 0, 5, 29, 31, 90]))
        if moment >= END:
            break
    return stretches


def standing(stretches: list[Stretch], boundary: datetime) -> Decimal | None:
    """Give the rate in the last moment before a boundary, or nothing for no customer."""
    before = [stretch for stretch in stretches if stretch.start < boundary]
    if not before:
        return None
    last = before[-1]
    if last.end is None or last.end >= boundary:
        return last.rate
    following = next((stretch for stretch in stretches if stretch.start >= boundary), None)
    back = following.start if following else None
    is_back_in_time = back is not None and back - last.end <= GRACE
    may_come_back = back is None and (last.end + GRACE).date() > AS_OF
    return last.rate if is_back_in_time or may_come_back else None


def months() -> list[tuple[datetime, datetime]]:
    firsts = [datetime(2025 + month // 12, month % 12 + 1, 1) for month in range(19)]
    return list(pairwise(firsts))


@pytest.fixture
def histories() -> dict[str, list[Stretch]]:
    draw = random.Random(11)
    return {f"c{number:03d}": history(draw) for number in range(150)}


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse, histories: dict[str, list[Stretch]]) -> Warehouse:
    warehouse = put_customers(make_warehouse(), list(histories))
    rows = []
    for customer, stretches in histories.items():
        for number, stretch in enumerate(stretches):
            following = stretches[number + 1].start if number + 1 < len(stretches) else None
            shared = {"subscription_id": customer, "customer_id": customer, "currency": "EUR"}
            rows.append(
                shared
                | {
                    "subscription_change_id": f"{customer}:{number}",
                    "changed_at": stretch.start,
                    "change_type": "started",
                    "status": "active",
                    "mrr_amount": stretch.rate,
                    "valid_to": stretch.end,
                }
            )
            if stretch.end is not None and stretch.end != following:
                rows.append(
                    shared
                    | {
                        "subscription_change_id": f"{customer}:{number}:end",
                        "changed_at": stretch.end,
                        "change_type": "ended",
                        "status": "cancelled",
                        "mrr_amount": Decimal(0),
                        "valid_to": following,
                    }
                )
    warehouse.put("core.fct_subscription_changes", rows)
    warehouse.build(CHAIN)
    return warehouse


def test_waterfall_matches_customers_followed_one_by_one(
    warehouse: Warehouse, histories: dict[str, list[Stretch]]
) -> None:
    expected = []
    for start, end in months():
        flow: dict[str, Decimal] = defaultdict(Decimal)
        counts: dict[str, int] = defaultdict(int)
        for stretches in histories.values():
            then, now = standing(stretches, start), standing(stretches, end)
            flow["start"] += then or 0
            flow["end"] += now or 0
            counts["start"] += then is not None
            counts["end"] += now is not None
            if then is not None and now is not None:
                flow["expansion"] += max(now - then, Decimal(0))
                flow["contraction"] += max(then - now, Decimal(0))
            elif then is not None:
                flow["lost"] += then
                counts["lost"] += 1
            elif now is not None:
                kind = "new" if stretches[0].start >= start else "reactivated"
                flow[kind] += now
                counts[kind] += 1
        names = ("start", "new", "reactivated", "expansion", "contraction", "lost", "end")
        kinds = ("start", "new", "reactivated", "lost", "end")
        expected.append((start.date(), *(flow[n] for n in names), *(counts[k] for k in kinds)))
    found = warehouse.rows(
        "select period_start, start_mrr_amount, new_mrr_amount, reactivated_mrr_amount,"
        " expansion_mrr_amount, contraction_mrr_amount, lost_mrr_amount, end_mrr_amount,"
        " customers_at_start, new_customers, reactivated_customers, lost_customers,"
        " customers_at_end from marts.mart_retention"
        " where period_grain = 'month' and segment = 'all' order by period_start"
    )
    assert found == expected
    assert sum(row[11] for row in found) > 20
    assert sum(row[10] for row in found) > 5
    warehouse.test("assert_revenue_waterfall_adds_up")


def test_losses_are_those_of_the_spells(warehouse: Warehouse) -> None:
    """A month's losses are its ends of spells, but for customers who came in the same month."""
    differing = warehouse.rows(
        """
        with spells as (
            select date_trunc('month', churned_at) as month_start, count(*) as lost
            from core.int_customer_spells
            where churned_at is not null and started_at < date_trunc('month', churned_at)
            group by all
        )
        select period_start, lost_customers, lost
        from marts.mart_retention
        left join spells on period_start = month_start
        where period_grain = 'month' and segment = 'all' and lost_customers <> coalesce(lost, 0)
        """
    )
    assert differing == []


def test_cohorts_add_up_to_the_customers_of_the_month(warehouse: Warehouse) -> None:
    differing = warehouse.rows(
        """
        with cohorts as (
            select month_start, segment, sum(customers_kept) as kept, sum(revenue_amount) as revenue
            from marts.mart_retention_cohorts
            group by all
        )
        select *
        from marts.mart_retention
        full join cohorts on period_start = month_start and mart_retention.segment = cohorts.segment
        where period_grain = 'month' and (kept <> customers_at_end or revenue <> end_mrr_amount)
        """
    )
    assert differing == []


def test_marts_are_empty_when_there_are_no_facts(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    warehouse.build(CHAIN)
    assert warehouse.rows("select count(*) from marts.mart_retention") == [(0,)]
    assert warehouse.rows("select count(*) from marts.mart_retention_cohorts") == [(0,)]
