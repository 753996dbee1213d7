"""What happens to requests, told minute by minute: the slow and obvious way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

MINUTE = timedelta(minutes=1)
END = datetime(2026, 4, 15)
AS_OF = (END - timedelta(days=1)).date()
HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 6)}
RUNNING = {
    "first_reply": {"open", "hold", "pending", "solved"},
    "next_reply": {"open", "hold", "pending", "solved"},
    "resolution": {"open", "hold", "pending"},
    "requester_wait": {"open", "hold"},
    "agent_work": {"open"},
}
# Hours by metric and priority; the promises of the seed are replaced by these.
POLICIES: dict[tuple[str, str], tuple[float, bool]] = {
    ("first_reply", "high"): (2, True),
    ("first_reply", "*"): (12, False),
    ("next_reply", "*"): (5, True),
    ("resolution", "high"): (10, True),
    ("resolution", "low"): (96, False),
    ("resolution", "*"): (20, True),
    ("requester_wait", "*"): (14, True),
    ("agent_work", "high"): (6, True),
    ("agent_work", "*"): (9, True),
}
CLASSES = {"open": "open", "pending": "pending", "hold": "hold", "solved": "solved"}


def is_open(moment: datetime) -> bool:
    """Say whether an office of Monday to Friday, 9 to 17 UTC, works in the minute that begins."""
    day = moment.date()
    return day.isoweekday() <= 5 and day not in HOLIDAYS and 9 <= moment.hour < 17


@dataclass(kw_only=True)
class Ticket:
    """A made-up request: its changes of state and priority, and its messages."""

    number: int
    opened_at: datetime
    priority: str | None
    events: list[tuple[datetime, str, str | None]] = field(default_factory=list)

    @property
    def ticket_id(self) -> str:
        """Name the ticket."""
        return f"h:{self.number}"

    def rows(self) -> list[dict[str, Any]]:
        """Give its events as the warehouse holds them."""
        first = {
            "ticket_event_id": f"{self.ticket_id}:0",
            "ticket_id": self.ticket_id,
            "occurred_at": self.opened_at,
            "event_type": "opened",
            "status": "open",
            "priority": self.priority,
            "source_name": "h",
        }
        rest = [
            {
                "ticket_event_id": f"{self.ticket_id}:{place}",
                "ticket_id": self.ticket_id,
                "occurred_at": at,
                "event_type": kind,
                "status": value if kind in ("status_changed", "solved", "reopened") else None,
                "priority": value if kind == "priority_changed" else None,
                "agent_id": f"agent {self.number % 3}" if kind == "replied" else None,
                "source_name": "h",
            }
            for place, (at, kind, value) in enumerate(self.events, start=1)
        ]
        return [first, *rest]

    def moments(self, kind: str) -> list[datetime]:
        """List when events of a kind happened."""
        return [at for at, event, _ in self.events if event == kind]

    def minutes(self) -> Iterator[tuple[datetime, str, str | None]]:
        """Walk the ticket's life: each minute with the state and priority in force."""
        state, priority = "open", self.priority
        changes = iter([*self.events, (END, "end", None)])
        at, kind, value = next(changes)
        moment = self.opened_at
        while moment < END:
            while at <= moment:
                if kind in ("status_changed", "solved", "reopened"):
                    assert value is not None
                    state = value
                elif kind == "priority_changed":
                    priority = value
                at, kind, value = next(changes)
            yield moment, CLASSES[state], priority
            moment += MINUTE


def drawn_ticket(number: int, draw: random.Random) -> Ticket:
    """Make up a request whose events lie on different whole minutes."""
    opened = datetime(2026, 3, 26) + timedelta(minutes=draw.randrange(12 * 1440))
    last = int((END - opened) / MINUTE) - 1
    span = min(last, draw.choice([600, 3000, 9000]))
    places = sorted(draw.sample(range(1, span), min(span - 1, draw.randrange(9))))
    ticket = Ticket(
        number=number, opened_at=opened, priority=draw.choice(["low", "high", "odd", None])
    )
    state, priority = "open", ticket.priority
    for place in places:
        at = opened + place * MINUTE
        kind = draw.choice(["status", "status", "priority", "replied", "customer_replied"])
        if kind == "status":
            following = draw.choice([name for name in CLASSES if name != state])
            event = "solved" if following == "solved" else "status_changed"
            if state == "solved":
                event = "reopened"
            ticket.events.append((at, event, following))
            state = following
        elif kind == "priority":
            priority = draw.choice([name for name in ("low", "high", "odd") if name != priority])
            ticket.events.append((at, "priority_changed", priority))
        else:
            ticket.events.append((at, kind, None))
    return ticket


def policy(metric: str, priority: str | None) -> tuple[float, bool] | None:
    """Give minutes and kind of hours promised for a priority."""
    found = POLICIES.get((metric, priority or "")) or POLICIES.get((metric, "*"))
    return (found[0] * 60, found[1]) if found else None


def first_solved(ticket: Ticket) -> datetime | None:
    """Tell when the ticket was solved for the first time."""
    return min(ticket.moments("solved"), default=None)


def last_solved(ticket: Ticket) -> datetime | None:
    """Tell since when the ticket is solved, if it is."""
    since = None
    for moment, state, _ in ticket.minutes():
        if state != "solved":
            since = None
        elif since is None:
            since = moment
    return since


def periods(ticket: Ticket, metric: str) -> list[tuple[datetime, datetime | None]]:
    """List start and fulfilment of what is promised."""
    solved = last_solved(ticket)
    if metric == "first_reply":
        ends = [*ticket.moments("replied")[:1], *ticket.moments("solved")[:1]]
        return [(ticket.opened_at, min(ends, default=None))]
    if metric != "next_reply":
        return [(ticket.opened_at, solved)]
    found: list[tuple[datetime, datetime | None]] = []
    asked, replied = None, False
    for at, kind, _ in ticket.events:
        if kind == "replied":
            if asked is not None:
                found.append((asked, at))
            asked, replied = None, True
        elif kind == "customer_replied" and replied and asked is None:
            asked = at
    if asked is not None:
        found.append((asked, solved if solved is not None and solved >= asked else None))
    return found


def kept(
    ticket: Ticket, metric: str, start: datetime, end: datetime | None
) -> tuple[str, datetime | None] | None:
    """Tell whether a promise is met, breached (and when) or open; None where it never runs."""
    used = {True: 0, False: 0}
    run: tuple[str, str | None] | None = None
    run_from = reached_at = start
    ran = False
    for moment, state, priority in ticket.minutes():
        if moment < start or (end is not None and moment >= end):
            continue
        promise = policy(metric, priority)
        if state not in RUNNING[metric] or promise is None:
            run = (state, priority)
            continue
        ran = True
        target, is_business = promise
        if run != (state, priority) or moment == start:
            run, run_from = (state, priority), moment
            if used[is_business] > target:
                return "breached", run_from
            if used[is_business] == target:
                reached_at = run_from
        if not is_business or is_open(moment):
            if used[is_business] >= target:
                return "breached", reached_at
            if used[is_business] + 1 == target:
                reached_at = moment + MINUTE
        used[False] += 1
        used[True] += is_open(moment)
    if not ran:
        return None
    return ("met" if end is not None else "open"), None
