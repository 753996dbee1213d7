"""Contacts: what caused them, what they cost, and what customers go through within one matter."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse

AS_OF = date(2026, 6, 30)
MODELS = (
    "int_business_calendar int_business_time_index int_service_tickets int_ticket_stretches "
    "int_ticket_reply_periods int_ticket_satisfaction fct_ticket_service fct_ticket_sla "
    "int_service_contacts int_failure_demand_claims fct_service_contacts mart_failure_demand "
    "mart_self_service mart_channel_switching int_revenue_items int_customer_values "
    "mart_cost_to_serve"
)
SELECT = f"path:models/core {MODELS}"
START = datetime(2026, 5, 4, 9)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def contact(number: int, hours: float, **row: Any) -> dict[str, Any]:
    return {
        "interaction_id": f"h:{number}",
        "touchpoint_id": "support_contact",
        "event_name": "ticket_opened",
        "occurred_at": at(hours),
        "source_name": "h",
        "customer_id": "a",
        "channel_id": "email",
        **row,
    }


def on_ticket(name: str) -> dict[str, str]:
    return {"related_type": "ticket", "related_id": name}


def ticket(name: str, hours: float, **row: Any) -> dict[str, Any]:
    return {
        "ticket_id": name,
        "customer_id": "a",
        "opened_at": at(hours),
        "channel_id": "email",
        "source_name": "h",
        **row,
    }


def message(name: str, place: int, kind: str, hours: float, **row: Any) -> dict[str, Any]:
    return {
        "ticket_event_id": f"{name}:{place}",
        "ticket_id": name,
        "event_type": kind,
        "occurred_at": at(hours),
        "source_name": "h",
        **row,
    }


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    made = make_warehouse(SELECT, as_of=AS_OF)
    made.put(
        "core.dim_customers",
        [
            {"customer_id": "a", "segment": "big", "is_test": False},
            {"customer_id": "b", "segment": "small", "is_test": False},
            {"customer_id": "t", "segment": "small", "is_test": True},
        ],
    )
    return made


def test_chases_are_messages_while_an_answer_is_owed(warehouse: Warehouse) -> None:
    warehouse.put("core.fct_tickets", [ticket("h:t1", 0)])
    warehouse.put(
        "core.fct_ticket_events",
        [
            message("h:t1", 0, "opened", 0),
            message("h:t1", 1, "customer_replied", 3.9),
            message("h:t1", 2, "customer_replied", 7.9),
            message("h:t1", 3, "replied", 8),
            message("h:t1", 4, "customer_replied", 30),
            message("h:t1", 5, "solved", 31),
            message("h:t1", 6, "customer_replied", 60),
            message("h:t1", 7, "reopened", 60),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select contact_id, contact_kind, ticket_id from core.int_service_contacts"
    ) == [("h:t1:2#chase", "chase", "h:t1")]


def test_contacts_for_one_reason_are_one_matter_until_two_weeks_pass(warehouse: Warehouse) -> None:
    names = ["h:t1", "h:t2", "h:t3", "h:t4"]
    reasons = ["bug", "Bug ", "bug", "invoice"]
    warehouse.put(
        "core.fct_tickets",
        [ticket(name, 0, reason=reason) for name, reason in zip(names, reasons, strict=True)],
    )
    day = 24.0
    warehouse.put(
        "core.fct_interactions",
        [
            contact(1, 0, **on_ticket("h:t1")),
            contact(2, 13 * day, **on_ticket("h:t2")),
            contact(3, 28 * day, **on_ticket("h:t3")),
            contact(4, 44 * day, touchpoint_id="support_reopen", **on_ticket("h:t3")),
            contact(5, 1, **on_ticket("h:t4")),
            contact(6, 2),
            contact(7, 3),
            contact(8, 4, customer_id="t"),
            contact(9, 5, touchpoint_id="invoice"),
        ],
    )
    warehouse.build(MODELS)
    rows = warehouse.rows("select contact_id, chain_id from core.int_service_contacts")
    chains: dict[str, set[str]] = {}
    for contact_id, chain_id in rows:
        chains.setdefault(chain_id, set()).add(contact_id)
    assert sorted(map(sorted, chains.values())) == [
        ["h:1", "h:2"], ["h:3", "h:4"], ["h:5"], ["h:6"], ["h:7"],
    ]  # fmt: skip


def test_failure_demand_equals_a_search_through_each_customers_past(warehouse: Warehouse) -> None:
    draw = random.Random(23)
    triggers = ["support_transfer", "invoice", "in_app_error", "help_article"]
    tickets, contacts, events = [], [], []
    for number in range(400):
        customer = draw.choice(["a", "b"]) + str(draw.randrange(15))
        hours = draw.uniform(0, 24 * 50)
        if draw.random() < 0.4:
            reason = draw.choice(["bug", "unexpected_charge", "how_to", None])
            name = f"h:t{number}"
            tickets.append(ticket(name, hours, reason=reason, customer_id=customer))
            touchpoint = draw.choice(["support_contact", "support_contact", "support_reopen"])
            row = contact(number, hours, customer_id=customer, touchpoint_id=touchpoint)
            contacts.append({**row, **on_ticket(name), "reason": reason})
        else:
            touchpoint = draw.choice(triggers)
            events.append(contact(number, hours, customer_id=customer, touchpoint_id=touchpoint))
    warehouse.put("core.fct_tickets", tickets)
    shown = [{key: row[key] for key in row if key != "reason"} for row in contacts]
    warehouse.put("core.fct_interactions", [*shown, *events])
    warehouse.build(MODELS)
    windows = {
        "support_transfer": ("contact_after_transfer", 168, None),
        "invoice": ("contact_after_wrong_invoice", 336, {"unexpected_charge"}),
        "in_app_error": ("contact_after_error", 24, None),
        "help_article": ("failed_self_service", 24, None),
    }
    alone: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for row in contacts:
        own = [other for other in events if other["customer_id"] == row["customer_id"]]
        claims = ["reopen"] if row["touchpoint_id"] == "support_reopen" else []
        for touchpoint, (proxy, hours, reasons) in windows.items():
            gaps = [
                row["occurred_at"] - other["occurred_at"]
                for other in own
                if other["touchpoint_id"] == touchpoint
            ]
            near = any(timedelta() <= gap <= timedelta(hours=hours) for gap in gaps)
            if near and (reasons is None or row["reason"] in reasons):
                claims.append(proxy)
        gaps = [
            row["occurred_at"] - other["occurred_at"]
            for other in contacts
            if other["customer_id"] == row["customer_id"]
            and other["reason"] == row["reason"]
            and row["reason"] is not None
            and other["occurred_at"] < row["occurred_at"]
        ]
        if any(gap <= timedelta(hours=336) for gap in gaps):
            claims.append("same_reason_again")
        alone.update(claims)
        counted[claims[0] if claims else "value_demand"] += 1
    found = {
        proxy: (own, claimed, total, float(cost))
        for proxy, own, claimed, total, cost in warehouse.rows(
            "select proxy_id, contacts, claimed_contacts, all_contacts, cost_amount"
            " from marts.mart_failure_demand"
            " where period_grain = 'all' and segment = 'all' and reason = 'all'"
        )
    }
    assert all(row[2] == len(contacts) for row in found.values())
    assert {proxy: row[0] for proxy, row in found.items() if row[0]} == {
        **counted,
        "failure_demand": len(contacts) - counted["value_demand"],
    }
    assert {proxy: row[1] for proxy, row in found.items() if proxy in alone} == dict(alone)
    assert found["value_demand"][3] == pytest.approx(counted["value_demand"] * 3.5)
    assert len(counted) > 5
    warehouse.test("assert_failure_demand_reconciles")


def test_self_service_fails_when_a_contact_follows_within_a_day(warehouse: Warehouse) -> None:
    last = (datetime(2026, 7, 1) - START).total_seconds() / 3600
    views = [
        (1, 0.0, "/help/import"),
        (2, 0.9, "/help/users"),
        (3, 100, "/help/users"),
        (4, 200, "/help/users"),
        (5, last - 23, "/help/users"),
    ]
    warehouse.put(
        "core.fct_interactions",
        [
            *(
                contact(n, hours, touchpoint_id="help_article", page=page)
                for n, hours, page in views
            ),
            contact(10, 24.9),
            contact(11, 124.1),
            contact(12, 199.9),
            contact(13, 201, customer_id="b"),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select page, attempts, succeeded, failed, undecided, success_rate, failure_cost_amount"
        " from marts.mart_self_service where period_grain = 'all' and segment = 'all' order by page"
    ) == [
        ("/help/users", 4, 2, 1, 1, pytest.approx(2 / 3), 3.5),
        ("all", 4, 2, 1, 1, pytest.approx(2 / 3), 3.5),
    ]


def test_cost_to_serve_is_contacts_times_the_cost_of_their_channel(warehouse: Warehouse) -> None:
    old = (datetime(2025, 6, 30, 23, 59) - START).total_seconds() / 3600
    warehouse.put(
        "core.fct_interactions",
        [
            contact(1, 0, duration_seconds=90.0),
            contact(2, 1, channel_id="phone", duration_seconds=600.0),
            contact(3, 2, channel_id="phone"),
            contact(4, 3, customer_id="b", channel_id=None),
            contact(5, 4, customer_id="t"),
            contact(6, old),
        ],
    )
    warehouse.build(MODELS)
    found = {
        (level, value, channel): row
        for level, value, channel, *row in warehouse.rows(
            "select cost_level, level_value, channel_id, contacts, costed_contacts,"
            " handling_minutes, cast(cost_amount as double), customers"
            " from marts.mart_cost_to_serve"
        )
    }
    assert found["customer", "a", "phone"] == [2, 2, 10.0, 16.0, 1]
    assert found["customer", "a", "all"] == [3, 3, 11.5, 19.5, 1]
    assert found["customer", "b", "all"] == [1, 0, None, None, 1]
    assert found["segment", "big", "email"] == [1, 1, 1.5, 3.5, 1]
    assert found["all", "all", "all"] == [4, 3, 11.5, 19.5, 2]
    warehouse.test("assert_cost_to_serve_reconciles")


def test_switches_hand_offs_and_identifications_are_counted_within_a_matter(
    warehouse: Warehouse,
) -> None:
    warehouse.put(
        "core.fct_tickets",
        [
            ticket("h:t1", 0, reason="bug", solved_at=at(10), status="solved"),
            ticket("h:t2", 5, reason="bug", solved_at=at(30), status="solved"),
            ticket("h:t3", 0, reason="bug", customer_id="b", solved_at=at(2), status="solved"),
        ],
    )
    warehouse.put(
        "core.fct_ticket_events",
        [
            message("h:t1", 0, "opened", 0, team="first line"),
            message("h:t1", 1, "customer_replied", 1, message_channel_id="chat"),
            message("h:t1", 2, "identified", 1.5, message_channel_id="chat"),
            message("h:t1", 3, "assigned", 2, team="second line"),
            message("h:t1", 4, "transferred", 2, team="second line"),
            message("h:t2", 0, "identified", 6, message_channel_id="phone"),
        ],
    )
    warehouse.put(
        "core.fct_interactions",
        [
            contact(1, 0, **on_ticket("h:t1")),
            contact(2, 5, channel_id="phone", **on_ticket("h:t2")),
            contact(3, 0, customer_id="b", **on_ticket("h:t3")),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select change_kind, from_value, to_value, changes, chains, all_chains, hours_p50,"
        " unchanged_hours_p50 from marts.mart_channel_switching where segment = 'all'"
        " order by change_kind, from_value"
    ) == [
        ("channel", "any", "any", 2, 1, 2, 30.0, 2.0),
        ("channel", "chat", "phone", 1, 1, 2, 30.0, 2.0),
        ("channel", "email", "chat", 1, 1, 2, 30.0, 2.0),
        ("identification", "any", "any", 1, 1, 2, 30.0, 2.0),
        ("identification", "chat", "phone", 1, 1, 2, 30.0, 2.0),
        ("team", "any", "any", 1, 1, 2, 30.0, 2.0),
        ("team", "first line", "second line", 1, 1, 2, 30.0, 2.0),
    ]


def test_every_mart_is_empty_and_no_error_when_no_source_has_requests(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(SELECT, as_of=AS_OF)
    warehouse.build(MODELS)
    for mart in MODELS.split()[6:]:
        if mart.startswith(("mart_", "fct_")):
            assert warehouse.rows(f"select count(*) from marts.{mart}") == [(0,)]
