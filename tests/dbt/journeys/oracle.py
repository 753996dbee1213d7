"""Journeys in plain Python: the rules of the journey marts, one event after the other.

Written from the definitions and not from the SQL, so that the two can disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Step:
    """A declared step."""

    number: int
    touchpoint_id: str
    is_required: bool


@dataclass(frozen=True, kw_only=True)
class Journey:
    """A declared journey."""

    journey_id: str
    start: str
    steps: tuple[Step, ...]
    abandon_after: timedelta
    scope: str = "customer"
    is_repeatable: bool = True

    @property
    def end(self) -> str:
        """Touchpoint that closes an instance."""
        return self.steps[-1].touchpoint_id

    def place(self, touchpoint_id: str) -> int | None:
        """First place of a touchpoint in the declared order, 0 for the start."""
        if touchpoint_id == self.start:
            return 0
        return next((s.number for s in self.steps if s.touchpoint_id == touchpoint_id), None)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One interaction."""

    interaction_id: str
    customer_id: str | None
    touchpoint_id: str
    occurred_at: datetime
    related_id: str | None = None


@dataclass(kw_only=True)
class Instance:
    """One instance of a journey."""

    journey: Journey
    visits: list[Event] = field(default_factory=list)
    outcome: str = "open"

    def reached(self) -> dict[int, datetime]:
        """Give the moment at which each step was reached, in declared order."""
        moments = {0: self.visits[0].occurred_at}
        position = 0
        for step in self.journey.steps:
            later = (
                place
                for place in range(position + 1, len(self.visits))
                if self.visits[place].touchpoint_id == step.touchpoint_id
            )
            place = next(later, None)
            if place is not None:
                moments[step.number] = self.visits[place].occurred_at
            if step.is_required:
                if place is None:
                    break
                position = place
        return moments


def find_instances(journey: Journey, events: Iterable[Event], *, as_of: date) -> list[Instance]:
    """Walk each customer's (or ticket's) events in order and open, close or give up instances."""
    scopes: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        key = event.customer_id if journey.scope == "customer" else event.related_id
        if key is not None and journey.place(event.touchpoint_id) is not None:
            scopes[key].append(event)
    found: list[Instance] = []
    for scope_events in scopes.values():
        found.extend(walk(journey, scope_events))
    end_of_day = datetime.combine(as_of, datetime.min.time()) + timedelta(days=1)
    for instance in found:
        silent_until = instance.visits[-1].occurred_at + journey.abandon_after
        if instance.outcome == "open" and silent_until < end_of_day:
            instance.outcome = "abandoned"
    return found


def walk(journey: Journey, events: Sequence[Event]) -> list[Instance]:
    """Give the instances of one customer or ticket."""

    def order(event: Event) -> tuple[datetime, int, str]:
        place = journey.place(event.touchpoint_id)
        assert place is not None
        return event.occurred_at, place, event.interaction_id

    found: list[Instance] = []
    current: Instance | None = None
    for event in sorted(events, key=order):
        if current and event.occurred_at > current.visits[-1].occurred_at + journey.abandon_after:
            current.outcome = "abandoned"
            current = None
        if current is None and event.touchpoint_id == journey.start:
            current = Instance(journey=journey)
            found.append(current)
        if current:
            current.visits.append(event)
        if event.touchpoint_id == journey.end:
            if current:
                current.outcome = "completed"
                current = None
            if not journey.is_repeatable:
                break
    return found
