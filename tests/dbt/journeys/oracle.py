"""Journeys in plain Python: the rules of the journey marts, one event after the other.

Written from the definitions and not from the SQL, so that the two can disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, zip_longest


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
    restarts: bool = False
    observes_all: bool = False
    boundaries: tuple[tuple[str, str], ...] = ()

    @property
    def end(self) -> str:
        """Touchpoint that closes an instance."""
        return self.steps[-1].touchpoint_id

    def touchpoints(self, role: str) -> set[str]:
        """Touchpoints of a role: start, end, exit or reopen."""
        own = {"start": {self.start}, "end": {self.end}}
        return own.get(role, set()) | {t for name, t in self.boundaries if name == role}

    def place(self, touchpoint_id: str) -> int | None:
        """First place of a touchpoint in the declared order: starts 0, other boundaries last."""
        if touchpoint_id in self.touchpoints("start"):
            return 0
        steps = [s.number for s in self.steps if s.touchpoint_id == touchpoint_id]
        if steps:
            return steps[0]
        return 999 if touchpoint_id in {t for _, t in self.boundaries} else None

    def closes(self, touchpoint_id: str) -> bool:
        """Whether a touchpoint ends an instance, with success or without."""
        return touchpoint_id in self.touchpoints("end") | self.touchpoints("exit")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One interaction."""

    interaction_id: str
    customer_id: str | None
    touchpoint_id: str
    occurred_at: datetime
    related_id: str | None = None
    channel_id: str | None = None


@dataclass(kw_only=True)
class Instance:
    """One instance of a journey."""

    journey: Journey
    scope_key: str
    declared: list[Event] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)
    closed_by: str | None = None

    @property
    def outcome(self) -> str:
        """Completed, abandoned or open."""
        if self.closed_by is None:
            return "open"
        return "completed" if self.closed_by == "end" else "abandoned"

    @property
    def visits(self) -> list[Event]:
        """All visits in order; at one moment declared ones come first."""
        return sorted([*self.declared, *self.others], key=lambda event: order(self.journey, event))

    @property
    def path(self) -> tuple[str, ...]:
        """Touchpoints in order, immediate repeats as one."""
        return tuple(name for name, _ in groupby(e.touchpoint_id for e in self.visits))

    def met(self) -> dict[int, Event | None]:
        """Give the visit that met each required step, the steps not met holding nothing up."""
        found: dict[int, Event | None] = {}
        position = 0
        for step in self.journey.steps:
            if not step.is_required:
                continue
            later = (
                place
                for place in range(position + 1, len(self.visits))
                if self.visits[place].touchpoint_id == step.touchpoint_id
            )
            place = next(later, None)
            found[step.number] = None if place is None else self.visits[place]
            position = position if place is None else place
        return found

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


def order(journey: Journey, event: Event) -> tuple[datetime, int, str]:
    """Give what visits are ordered by."""
    place = journey.place(event.touchpoint_id)
    return event.occurred_at, 1000 if place is None else place, event.interaction_id


def find_instances(
    journey: Journey,
    events: Iterable[Event],
    *,
    as_of: date,
    routine: Container[str] = (),
) -> list[Instance]:
    """Walk each customer's (or ticket's) events in order and open, close or give up instances."""
    scopes: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        key = event.customer_id if journey.scope == "customer" else event.related_id
        if key is not None:
            scopes[key].append(event)
    end_of_day = datetime.combine(as_of, datetime.min.time()) + timedelta(days=1)
    found: list[Instance] = []
    for key, scope_events in scopes.items():
        declared = [e for e in scope_events if journey.place(e.touchpoint_id) is not None]
        instances = walk(journey, key, declared)
        if journey.observes_all:
            others = [
                e
                for e in scope_events
                if journey.place(e.touchpoint_id) is None and e.touchpoint_id not in routine
            ]
            observe(instances, others)
        found.extend(instances)
    for instance in found:
        silent_until = instance.declared[-1].occurred_at + journey.abandon_after
        if instance.closed_by is None and silent_until < end_of_day:
            instance.closed_by = "silence"
    return found


def walk(journey: Journey, key: str, events: Sequence[Event]) -> list[Instance]:
    """Give the instances of one customer or ticket, with their declared visits."""
    found: list[Instance] = []
    current: Instance | None = None
    is_over = False
    previous: Event | None = None
    for event in sorted(events, key=lambda event: order(journey, event)):
        reopens = event.touchpoint_id in journey.touchpoints("reopen")
        if previous is not None:
            ended = journey.closes(previous.touchpoint_id) and not reopens
            silent = event.occurred_at > previous.occurred_at + journey.abandon_after
            if ended or silent:
                current = None
            is_over = is_over or (ended and not journey.is_repeatable)
        if event.touchpoint_id in journey.touchpoints("start") and not is_over:
            if current is not None and journey.restarts:
                current.closed_by = "restart"
                current = None
            if current is None:
                current = Instance(journey=journey, scope_key=key)
                found.append(current)
        if current is not None and not is_over:
            current.declared.append(event)
            current.closed_by = None
            if event.touchpoint_id in journey.touchpoints("end"):
                current.closed_by = "end"
            elif event.touchpoint_id in journey.touchpoints("exit"):
                current.closed_by = "exit"
        previous = event
    return found


def observe(instances: Sequence[Instance], others: Sequence[Event]) -> None:
    """Give instances the visits that their journey does not declare."""
    for instance, following in zip_longest(instances, instances[1:]):
        last = instance.declared[-1]
        if instance.journey.closes(last.touchpoint_id):
            until = last.occurred_at
        else:
            until = last.occurred_at + instance.journey.abandon_after
            if following is not None:
                until = min(until, following.declared[0].occurred_at)
        since = instance.declared[0].occurred_at
        instance.others = [e for e in others if since <= e.occurred_at < until]
