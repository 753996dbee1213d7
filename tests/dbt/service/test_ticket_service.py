"""Requests against a walk through their lives minute by minute, and the rules one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.service import oracle

MODELS = (
    "int_business_calendar int_business_time_index int_service_tickets int_ticket_stretches "
    "int_ticket_reply_periods int_ticket_satisfaction fct_ticket_service fct_ticket_sla "
    "mart_service_backlog"
)
SELECT = f"path:models/core {MODELS}"
Prepare = Callable[[list[oracle.Ticket]], Warehouse]


@pytest.fixture
def prepare(make_warehouse: MakeWarehouse) -> Prepare:
    def make(tickets: list[oracle.Ticket]) -> Warehouse:
        warehouse = make_warehouse(SELECT, as_of=oracle.AS_OF)
        warehouse.clear("reference.sla_policies")
        warehouse.put(
            "reference.sla_policies",
            [
                {
                    "metric": metric,
                    "priority": priority,
                    "target_hours": hours,
                    "is_business_hours": is_business,
                    "valid_from": datetime(2000, 1, 1).date(),
                }
                for (metric, priority), (hours, is_business) in oracle.POLICIES.items()
            ],
        )
        warehouse.put("core.fct_tickets", [ticket_row(ticket) for ticket in tickets])
        warehouse.put(
            "core.fct_ticket_events", [row for ticket in tickets for row in ticket.rows()]
        )
        warehouse.build(MODELS)
        return warehouse

    return make


def ticket_row(ticket: oracle.Ticket) -> dict[str, Any]:
    return {
        "ticket_id": ticket.ticket_id,
        "opened_at": ticket.opened_at,
        "first_replied_at": min(ticket.moments("replied"), default=None),
        "solved_at": oracle.last_solved(ticket),
        "priority": "now unknown",
        "source_name": "h",
        "team": f"team {ticket.number % 2}",
    }


def drawn() -> list[oracle.Ticket]:
    draw = random.Random(17)
    return [oracle.drawn_ticket(number, draw) for number in range(120)]


def minutes(hours: float | None) -> int | None:
    return None if hours is None else round(hours * 60)


def test_times_and_waits_equal_a_walk_when_states_change_at_random(prepare: Prepare) -> None:
    tickets = drawn()
    found = {
        row[0]: row[1:]
        for row in prepare(tickets).rows(
            "select ticket_id, first_solved_at, solved_at, reopen_count, reply_count,"
            " requester_wait_hours, requester_wait_business_hours, agent_wait_hours, on_hold_hours,"
            " resolution_business_hours, first_priority from marts.fct_ticket_service"
        )
    }
    assert len(found) == len(tickets)
    for ticket in tickets:
        walk = list(ticket.minutes())
        states = [state for _, state, _ in walk]
        reopens = sum(
            before == "solved" and after != "solved" for before, after in pairwise(states)
        )
        waiting = [at for at, state, _ in walk if state in ("open", "hold")]
        solved = oracle.last_solved(ticket)
        row = found[ticket.ticket_id]
        assert row[0] == oracle.first_solved(ticket)
        assert row[1] == solved
        assert row[2] == reopens, ticket
        assert row[3] == len(ticket.moments("replied"))
        assert minutes(row[4]) == len(waiting)
        assert minutes(row[5]) == sum(oracle.is_open(at) for at in waiting)
        assert minutes(row[6]) == states.count("pending")
        assert minutes(row[7]) == states.count("hold")
        business = [at for at, _, _ in walk if solved is not None and at < solved]
        expected = sum(oracle.is_open(at) for at in business) if solved is not None else None
        assert minutes(row[8]) == expected
        # Where no event speaks of the priority, the ticket has always had the one it has now.
        unchanged = None if ticket.moments("priority_changed") else "now unknown"
        assert row[9] == (ticket.priority or unchanged)


def test_promises_equal_a_walk_when_priorities_change_at_random(prepare: Prepare) -> None:
    tickets = drawn()
    found = {
        (ticket_id, metric, period): (status, breached_at)
        for ticket_id, metric, period, status, breached_at in prepare(tickets).rows(
            "select ticket_id, metric, period_number,"
            " case when status = 'at_risk' then 'open' else status end, breached_at"
            " from marts.fct_ticket_sla where is_decisive"
        )
    }
    expected = {}
    for ticket in tickets:
        for metric in oracle.RUNNING:
            for number, (start, end) in enumerate(oracle.periods(ticket, metric), start=1):
                verdict = oracle.kept(ticket, metric, start, end)
                if verdict is not None:
                    expected[ticket.ticket_id, metric, number] = verdict
    assert found == expected
    assert {status for status, _ in found.values()} == {"met", "breached", "open"}


def test_backlog_equals_a_count_of_open_tickets_at_each_midnight(prepare: Prepare) -> None:
    tickets = drawn()
    warehouse = prepare(tickets)
    found = dict(
        warehouse.rows(
            "select calendar_date, open_at_end from marts.mart_service_backlog where team = 'all'"
        )
    )
    for day, count in found.items():
        midnight = datetime.combine(day, datetime.min.time()) + timedelta(days=1)
        last = midnight - oracle.MINUTE
        still_open = [
            ticket
            for ticket in tickets
            if ticket.opened_at <= last
            and next(state for at, state, _ in ticket.minutes() if at == last) != "solved"
        ]
        assert count == len(still_open), day
    assert len(found) == (oracle.AS_OF - min(t.opened_at for t in tickets).date()).days + 1
    warehouse.test("assert_backlog_reconciles assert_promises_are_decided_once")


def ticket(**row: Any) -> dict[str, Any]:
    return {"opened_at": datetime(2026, 4, 1, 9), "source_name": "h", **row}


def event(ticket_id: str, place: int, kind: str, hour: float, **row: Any) -> dict[str, Any]:
    return {
        "ticket_event_id": f"{ticket_id}:{place}",
        "ticket_id": ticket_id,
        "event_type": kind,
        "occurred_at": datetime(2026, 4, 1) + timedelta(hours=hour),
        "source_name": "h",
        **row,
    }


def test_what_a_source_never_records_is_unknown_and_not_zero(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(SELECT, as_of=oracle.AS_OF)
    solved = datetime(2026, 4, 1, 12)
    warehouse.put(
        "core.fct_tickets",
        [
            ticket(ticket_id="h:1", solved_at=solved, reopen_count=4, transfer_count=3),
            ticket(ticket_id="h:2", solved_at=solved, status="closed"),
            {**ticket(ticket_id="i:1", solved_at=solved, reopen_count=2), "source_name": "i"},
            {**ticket(ticket_id="i:2", status="closed"), "source_name": "i"},
        ],
    )
    warehouse.put(
        "core.fct_ticket_events",
        [
            event("h:1", 1, "replied", 10, agent_id="a"),
            event("h:1", 2, "transferred", 10.5, team="other"),
            event("h:1", 3, "replied", 11, agent_id="b"),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select ticket_id, reply_count, touch_class, reopen_count, handoff_count, agent_count,"
        " requester_wait_hours, is_solved, resolution_hours from marts.fct_ticket_service"
        " order by ticket_id"
    ) == [
        ("h:1", 2, "two_touch", 4, 1, 2, None, True, 3.0),
        ("h:2", 0, "no_reply", None, 0, None, None, True, 3.0),
        ("i:1", None, None, 2, None, None, None, True, 3.0),
        ("i:2", None, None, None, None, None, None, True, None),
    ]
    # Nobody knows of source i when a customer was answered, so nothing was promised or broken.
    assert (
        warehouse.rows(
            "select distinct ticket_id from marts.fct_ticket_sla where metric = 'first_reply'"
        )
        == []
    )


def test_a_raised_priority_breaks_a_promise_that_has_run_out_already(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(SELECT, as_of=oracle.AS_OF)
    warehouse.put(
        "core.fct_tickets",
        [ticket(ticket_id="h:1", solved_at=datetime(2026, 4, 2, 15), priority="urgent")],
    )
    warehouse.put(
        "core.fct_ticket_events",
        [
            event("h:1", 1, "opened", 9, priority="low"),
            event("h:1", 2, "priority_changed", 24 + 10, priority="urgent"),
            event("h:1", 3, "solved", 24 + 15),
        ],
    )
    warehouse.build(MODELS)
    raised = datetime(2026, 4, 2, 10)
    assert warehouse.rows(
        "select target_number, priority, target_hours, status, is_decisive, used_hours, breached_at"
        " from marts.fct_ticket_sla where metric = 'resolution' order by target_number"
    ) == [
        (1, "low", 40.0, "superseded", False, 9.0, None),
        (2, "urgent", 8.0, "breached", True, 14.0, raised),
    ]
    assert warehouse.rows(
        "select escalation_count, first_priority from marts.fct_ticket_service"
    ) == [(1, "low")]


def test_an_open_promise_is_at_risk_when_three_quarters_are_used(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(SELECT, as_of=datetime(2026, 4, 1).date())
    warehouse.put(
        "core.fct_tickets",
        [
            ticket(ticket_id="h:1", priority="urgent", opened_at=datetime(2026, 4, 1, 11)),
            ticket(ticket_id="h:2", priority="urgent", opened_at=datetime(2026, 4, 1, 11, 1)),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select ticket_id, status, due_at from marts.fct_ticket_sla order by ticket_id"
    ) == [
        ("h:1", "at_risk", datetime(2026, 4, 2, 11)),
        ("h:2", "open", datetime(2026, 4, 2, 11, 1)),
    ]


def test_the_vector_of_the_documentation_holds(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(SELECT, as_of=oracle.AS_OF)
    moments = {"opened_at": datetime(2026, 4, 2, 15), "solved_at": datetime(2026, 4, 7, 11)}
    warehouse.put("core.fct_tickets", [ticket(ticket_id="h:1", **moments)])
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select resolution_hours, resolution_business_hours from marts.fct_ticket_service"
    ) == [(116.0, 4.0)]


def test_surveys_are_laid_to_the_ticket_solved_last_before_the_answer(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(SELECT, as_of=oracle.AS_OF)
    solved = {"h:1": datetime(2026, 4, 1, 12), "h:2": datetime(2026, 4, 3, 12)}
    warehouse.put(
        "core.fct_tickets",
        [
            ticket(ticket_id=name, customer_id="a", solved_at=at, status="solved")
            for name, at in solved.items()
        ],
    )
    answer = {
        "survey_id": "support",
        "question_id": "csat",
        "metric": "CSAT",
        "customer_id": "a",
        "touchpoint_id": "support_resolution",
        "is_on_scale": True,
    }
    moments = [(1, 5, 2), (2, 1, 4), (3, 4, 5), (4, 1, 30), (5, 1, -2)]
    warehouse.put(
        "core.fct_survey_answers",
        [
            {
                **answer,
                "answer_id": f"s:{number}",
                "response_id": f"s:r{number}",
                "score": score,
                "answered_at": datetime(2026, 4, 1) + timedelta(days=day),
            }
            for number, score, day in moments
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select ticket_id, response_id, is_satisfied from core.int_ticket_satisfaction"
        " order by ticket_id"
    ) == [("h:1", "s:r1", True), ("h:2", "s:r3", True)]
