"""The Italian help desk: the published counts, and service figures recomputed from the file."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import pytest

from .conftest import Finish, FinishedRun

FILE = "helpdesk.csv.gz"
TICKET, ACTIVITY, MOMENT = "case:concept:name", "concept:name", "time:timestamp"
WORK = {"Assign seriousness", "Take in charge ticket", "Wait"}
SOLUTIONS = {"Resolve ticket", "Closed"}


@pytest.fixture(scope="session")
def helpdesk(finish_run: Finish) -> FinishedRun:
    return finish_run("italian_helpdesk", "italian_helpdesk", date(2014, 1, 31))


@pytest.fixture(scope="session")
def events(helpdesk: FinishedRun) -> list[dict[str, str]]:
    return helpdesk.landed(FILE)


def distinct(events: list[dict[str, str]]) -> list[dict[str, str]]:
    return [dict(row) for row in {tuple(event.items()): None for event in events}]


def at(event: dict[str, str]) -> datetime:
    return datetime.fromisoformat(event[MOMENT]).astimezone(UTC).replace(tzinfo=None)


def test_counts_are_the_published_ones(helpdesk: FinishedRun, events: list[dict[str, str]]) -> None:
    assert len(events) == 21_348
    assert helpdesk.row(
        "select rows_in, rows_loaded, rows_quarantined, rows_duplicate from quality.load_ledger"
        " where source_name = 'italian_helpdesk'"
    ) == (21_348, 21_221, 0, 127)
    assert helpdesk.row(
        "select count(*), count(*) filter (where status <> 'closed') from core.fct_tickets"
    ) == (4_580, 21)
    assert helpdesk.row(
        "select count(*) from core.fct_ticket_events where event_type <> 'transferred'"
    ) == (21_221,)
    customers = defaultdict(set)
    for event in events:
        customers[event[TICKET]].add(event["customer"])
    assert sum(len(names) > 1 for names in customers.values()) == 7
    assert helpdesk.row("select count(*) from core.fct_tickets where customer_id is null") == (0,)


def test_tickets_are_reopened_when_work_follows_a_solution(
    helpdesk: FinishedRun, events: list[dict[str, str]]
) -> None:
    # Tickets with two events at one second may be read in either order, so they are left out.
    lives = defaultdict(list)
    for event in distinct(events):
        lives[event[TICKET]].append(event)
    expected = {}
    for name, life in lives.items():
        if len({event[MOMENT] for event in life}) < len(life):
            continue
        life.sort(key=at)
        is_solved, count = False, 0
        for event in life:
            if event[ACTIVITY] in SOLUTIONS:
                is_solved = True
            elif event[ACTIVITY] in WORK and is_solved:
                is_solved, count = False, count + 1
        expected[f"italian_helpdesk:{name}"] = count
    found = dict(helpdesk.rows("select ticket_id, reopen_count from marts.fct_ticket_service"))
    assert len(expected) > 4_400
    assert {name: found[name] for name in expected} == expected
    assert sum(expected.values()) > 100


def test_resolution_is_the_last_one_of_a_closed_ticket(
    helpdesk: FinishedRun, events: list[dict[str, str]]
) -> None:
    opened: dict[str, datetime] = {}
    worked: dict[str, datetime] = {}
    solved: dict[str, dict[str, datetime]] = defaultdict(dict)
    for event in events:
        name = event[TICKET]
        opened[name] = min(at(event), opened.get(name, at(event)))
        if event[ACTIVITY] in SOLUTIONS:
            known = solved[name].get(event[ACTIVITY], at(event))
            solved[name][event[ACTIVITY]] = max(at(event), known)
        elif event[ACTIVITY] in WORK:
            worked[name] = max(at(event), worked.get(name, at(event)))
    hours = []
    for name, moments in solved.items():
        # One ticket was taken up again after it was closed, and is open to this day.
        if "Closed" in moments and moments["Closed"] >= worked.get(name, opened[name]):
            closed, resolved = moments["Closed"], moments.get("Resolve ticket")
            ended = resolved if resolved is not None and resolved <= closed else closed
            hours.append((ended - opened[name]).total_seconds() / 3600)
    found = helpdesk.rows(
        "select service.resolution_hours from marts.fct_ticket_service as service"
        " join core.fct_tickets as tickets using (ticket_id)"
        " where tickets.status = 'closed' and service.is_solved order by 1"
    )
    assert [hour for (hour,) in found] == pytest.approx(sorted(hours))


def test_what_the_log_does_not_know_is_null_and_not_zero(helpdesk: FinishedRun) -> None:
    assert helpdesk.row(
        "select count(first_reply_hours), count(reply_count), count(touch_class),"
        " count(repeated_identification_count), count(channel_switch_count)"
        " from marts.fct_ticket_service"
    ) == (0, 0, 0, 0, 0)
    assert helpdesk.row(
        "select count(*) from marts.fct_ticket_sla where metric in ('first_reply', 'next_reply')"
    ) == (0,)


def test_waiting_is_the_time_between_wait_and_what_comes_next(
    helpdesk: FinishedRun, events: list[dict[str, str]]
) -> None:
    waits = Counter(
        f"italian_helpdesk:{event[TICKET]}"
        for event in distinct(events)
        if event[ACTIVITY] == "Wait"
    )
    found = dict(
        helpdesk.rows(
            "select ticket_id, on_hold_hours from marts.fct_ticket_service where on_hold_hours > 0"
        )
    )
    assert set(found) <= set(waits)
    assert len(found) > 0.9 * len(waits)
    assert helpdesk.row(
        "select count(*) from core.fct_interactions where touchpoint_id = 'support_wait'"
    ) == (waits.total(),)
