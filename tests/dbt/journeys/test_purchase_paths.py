"""Paths to purchase and what new customers cost, against sums made in plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.scored import put_customers

CHAIN = (
    "int_revenue_items "
    "int_customer_spells int_customer_lifetimes int_customer_values int_money_periods "
    "int_customer_levels int_web_events int_conversions fct_web_sessions fct_purchase_paths "
    "int_acquisition_months mart_acquisition"
)
BOUGHT_AT = datetime(2026, 5, 20, 12)
CHANNELS = ["search", "social", "events", None]


def credit(number: int, count: int) -> float:
    if count <= 2:
        return 1 / count
    return 0.4 if number in (0, count - 1) else 0.2 / (count - 2)


@pytest.fixture
def visits() -> dict[str, list[str | None]]:
    """Marketing channel of each visit of each customer, in order."""
    draw = random.Random(8)
    return {
        f"c{number:02d}": [draw.choice(CHANNELS) for _ in range(draw.randrange(7))]
        for number in range(60)
    }


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse, visits: dict[str, list[str | None]]) -> Warehouse:
    warehouse = put_customers(make_warehouse(), list(visits))
    events: list[dict[str, Any]] = []
    contacts: list[dict[str, Any]] = []
    for customer, channels in visits.items():
        for number, channel in enumerate(channels):
            at = BOUGHT_AT - timedelta(days=len(channels) - number)
            for page in range(2):
                name = f"{customer}{number}{page}"
                events.append(
                    {
                        "source_name": "generic",
                        "interaction_id": name,
                        "customer_key_type": "web_visitor_id",
                        "customer_key": customer,
                        "event_name": "page_viewed",
                        "occurred_at": at + timedelta(minutes=page),
                        "page": "/",
                        "marketing_channel": channel,
                    }
                )
                contacts.append(
                    {
                        "interaction_id": f"generic:{name}",
                        "customer_id": customer,
                        "touchpoint_id": "website_visit",
                        "channel_id": "web",
                        "occurred_at": at + timedelta(minutes=page),
                    }
                )
    warehouse.put("core.int_interactions_unioned", events)
    warehouse.put("core.fct_interactions", contacts)
    warehouse.put(
        "core.int_customer_identities",
        [
            {"identity_type": "web_visitor_id", "identity_value": customer, "customer_id": customer}
            for customer in visits
        ],
    )
    warehouse.put(
        "core.fct_subscription_changes",
        [
            {
                "subscription_change_id": customer,
                "subscription_id": customer,
                "customer_id": customer,
                "changed_at": BOUGHT_AT,
                "change_type": "started",
                "status": "active",
                "mrr_amount": Decimal(100),
                "currency": "EUR",
            }
            for customer in visits
        ],
    )
    warehouse.put(
        "core.fct_opportunities",
        [
            {
                "opportunity_id": customer,
                "customer_id": customer,
                "created_at": BOUGHT_AT,
                "lead_channel": "partner",
            }
            for customer in visits
            if customer < "c30"
        ],
    )
    warehouse.put(
        "core.fct_marketing_spend",
        [
            {
                "spend_id": channel,
                "spend_date": date(2026, 5, 3),
                "marketing_channel": channel,
                "spend_amount": Decimal(1000),
                "currency": "EUR",
                "clicks": 7,
            }
            for channel in ["search", "social", "fairs"]
        ],
    )
    warehouse.build(CHAIN)
    return warehouse


def credits_by_hand(visits: dict[str, list[str | None]]) -> dict[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for customer, channels in visits.items():
        known = [channel for channel in channels if channel]
        if not known:
            shares["partner" if customer < "c30" else "unknown"] += 1
        for number, channel in enumerate(known):
            shares[channel] += credit(number, len(known))
    return shares


def test_marketing_credit_matches_sums_by_hand(
    warehouse: Warehouse, visits: dict[str, list[str | None]]
) -> None:
    expected = credits_by_hand(visits)
    found = dict(
        warehouse.rows(
            "select marketing_channel, sum(marketing_credit) from marts.fct_purchase_paths"
            " where marketing_credit > 0 group by 1"
        )
    )
    assert found == pytest.approx(expected, abs=1e-9)
    assert sum(found.values()) == pytest.approx(len(visits), abs=1e-9)
    warehouse.test("assert_attribution_adds_up")


def test_touches_are_visits_and_share_all_credit(
    warehouse: Warehouse, visits: dict[str, list[str | None]]
) -> None:
    found = warehouse.rows(
        "select customer_id, touch_number, touch_credit from marts.fct_purchase_paths"
        " where touch_number > 0 order by all"
    )
    expected = [
        (customer, number + 1, pytest.approx(credit(number, len(channels)), abs=1e-12))
        for customer, channels in visits.items()
        for number in range(len(channels))
    ]
    assert found == expected


def test_acquisition_cost_is_spending_over_credited_customers(
    warehouse: Warehouse, visits: dict[str, list[str | None]]
) -> None:
    shares = credits_by_hand(visits)
    found = {
        row[0]: row[1:]
        for row in warehouse.rows(
            "select marketing_channel, spend_amount, credited_customers, cac_amount,"
            " payback_months, cac_status from marts.mart_acquisition"
            " where period_grain = 'month' and period_start = '2026-05-01'"
        )
    }
    search = 1000 / shares["search"]
    assert found["search"] == (
        Decimal(1000),
        pytest.approx(shares["search"], abs=1e-8),
        Decimal(f"{search:.2f}"),
        # A margin of 75 % of 100 a month.
        pytest.approx(search / 75, abs=1e-6),
        "ok",
    )
    assert found["all"][:3] == (Decimal(3000), pytest.approx(60), Decimal(50))
    assert found["fairs"] == (Decimal(1000), 0, None, None, "spend without customers")
    assert found["unknown"][4] == "no spend"
    assert set(found) == {*shares, "fairs", "all"}


def test_visitors_are_followed_to_the_purchase(
    warehouse: Warehouse, visits: dict[str, list[str | None]]
) -> None:
    by_channel: dict[str, int] = defaultdict(int)
    for channels in visits.values():
        if channels:
            by_channel[channels[0] or "unknown"] += 1
    found = warehouse.rows(
        "select marketing_channel, visitors, converted_visitors from marts.mart_acquisition"
        " where period_grain = 'month' and visitors > 0 order by 1"
    )
    expected = [(channel, n, n) for channel, n in by_channel.items()]
    assert found == sorted([*expected, ("all", sum(by_channel.values()), sum(by_channel.values()))])
