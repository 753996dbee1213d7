"""Journeys per persona and state of the relationship, against plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from math import ceil, sqrt
from typing import Any

import pytest

from tests.dbt.conftest import AS_OF, MakeWarehouse, Warehouse
from tests.dbt.journeys.oracle import Event, Instance, Journey, find_instances
from tests.dbt.journeys.stories import (
    JOURNEY_MODELS,
    PLAIN,
    RELATED,
    TEMPLATE,
    declare,
    load,
    random_events,
    story,
)
from tests.dbt.journeys.test_journey_comparisons import benjamini_hochberg, p_value

SATISFACTION = "int_scored_answers int_survey_verdicts int_journey_satisfaction"
MODELS = "fct_journey_personas mart_journey_personas"
STATES = "core.int_journey_customer_states"
EXPECTED_HOURS = {1: 24, 2: 60, 3: 96, 4: 150}
MINIMUM = 8
ERROR = 0.02
Z = 1.959964
Person = tuple[str | None, date]


@dataclass(frozen=True, kw_only=True)
class Told:
    """An instance, who its customer was, and what was answered about it."""

    instance: Instance
    values: dict[str, str]
    answers: dict[int, bool]

    def hours(self, step: int) -> float | None:
        """Hours to a step; to the end of a completed instance for the whole."""
        visits = self.instance.visits
        if step == 0:
            if self.instance.outcome != "completed":
                return None
            moment = self.instance.declared[-1].occurred_at
        else:
            moment = self.instance.reached()[step]
        return (moment - visits[0].occurred_at) / timedelta(hours=1)

    def is_late(self, step: int) -> bool | None:
        """Whether a step came late; whether any did of a completed instance for the whole."""
        if step:
            return (self.hours(step) or 0) > EXPECTED_HOURS[step]
        if self.instance.outcome != "completed":
            return None
        return any(self.is_late(number) for number in self.instance.reached() if number)


def required_before(journey: Journey, step: int) -> int:
    return max((s.number for s in journey.steps if s.is_required and s.number < step), default=0)


def decided_and_hits(journey: Journey, told: Sequence[Told], step: int) -> tuple[int, int]:
    if step == 0:
        over = [t for t in told if t.instance.outcome != "open"]
        return len(over), sum(t.instance.outcome == "completed" for t in over)
    before = [t for t in told if required_before(journey, step) in t.instance.reached()]
    reached = [step in t.instance.reached() for t in before]
    lost = [
        not here and t.instance.outcome != "open" for t, here in zip(before, reached, strict=True)
    ]
    return sum(reached) + sum(lost), sum(lost)


def nearest_rank(values: Iterable[float | None], share: float) -> float | None:
    known = sorted(value for value in values if value is not None)
    return known[ceil(share * len(known)) - 1] if known else None


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    if not n:
        return None
    share, square = hits / n, Z * Z
    half = Z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return tuple(
        min(1.0, max(0.0, (share + square / (2 * n) + sign * half) / (1 + square / n)))
        for sign in (-1, 1)
    )  # type: ignore[return-value]


def expect(journey: Journey, told: Sequence[Told]) -> dict[tuple[object, ...], dict[str, Any]]:
    """Work out every row of a journey without its tests, by dimension, value and step."""
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for dimension in ("persona", "lifecycle_state"):
        groups: dict[str, list[Told]] = defaultdict(list)
        for each in told:
            groups[each.values[dimension]].append(each)
        known = [t for value, own in groups.items() if value != "unassigned" for t in own]
        for (value, own), step in product(groups.items(), (0, *(s.number for s in journey.steps))):
            here = [t for t in own if step in t.instance.reached()]
            outcomes = [t.instance.outcome for t in here]
            decided, hits = decided_and_hits(journey, own, step)
            others = [t for t in known if t.values[dimension] != value]
            late = [t.is_late(step) for t in here if t.is_late(step) is not None]
            said = [t.answers[step] for t in own if step in t.answers]
            rows[dimension, value, step] = {
                "counts": (len(here), *map(outcomes.count, ("completed", "abandoned", "open"))),
                "decided": decided,
                "hits": hits,
                "others": decided_and_hits(journey, others, step),
                "hours": [nearest_rank((t.hours(step) for t in here), p) for p in (0.5, 0.9)],
                "late": (sum(late), len(late)),
                "said": (sum(said), len(said)),
                "completion": wilson(
                    outcomes.count("completed"),
                    outcomes.count("completed") + outcomes.count("abandoned"),
                ),
            }
    return rows


def random_states(events: Iterable[Event], generator: random.Random) -> dict[Person, Any]:
    """Give some customers a state before the month, and some of those one within it."""
    pairs = {(e.customer_id, e.occurred_at.date().replace(day=1)) for e in events if e.customer_id}
    known = sorted(pair for pair in pairs if pair[1] > date(2026, 3, 1))
    return {
        pair: (
            (pair[1] - timedelta(days=1), generator.choice("pq"), "active"),
            (pair[1] + timedelta(days=14), "r", "new") if generator.random() < 0.3 else None,
        )
        for pair in known
    }


def put_states(warehouse: Warehouse, states: dict[Person, Any]) -> None:
    warehouse.put(
        STATES,
        [
            {"customer_id": customer_id, "start_month": month, "state_kind": kind,
             "state_date": state[0], "persona_id": state[1], "lifecycle_state": state[2],
             "persona_basis": "partly_today" if state[1] == "q" else "at_start"}
            for (customer_id, month), both in states.items()
            for kind, state in zip(("month_before", "relationship_begun"), both, strict=True)
            if state
        ],
    )  # fmt: skip


def values_of(instance: Instance, states: dict[Person, Any]) -> dict[str, str]:
    first = instance.visits[0]
    day = first.occurred_at.date()
    before, begun = states.get((first.customer_id, day.replace(day=1)), (None, None))
    state = begun if begun and day >= begun[0] else before
    persona, lifecycle = state[1:] if state else ("unassigned", "unassigned")
    return {"persona": persona, "lifecycle_state": lifecycle}


def personas_warehouse(make_warehouse: MakeWarehouse, *journeys: Journey) -> Warehouse:
    warehouse = make_warehouse(TEMPLATE, variables={"minimum_sample_size": MINIMUM})
    warehouse.relation(STATES)
    declare(warehouse, *journeys)
    warehouse.clear("reference.journey_steps")
    warehouse.put(
        "reference.journey_steps",
        [
            {"journey_id": j.journey_id, "step_number": step.number, "step_name": "step",
             "touchpoint_id": step.touchpoint_id, "is_required": step.is_required,
             "expected_hours": EXPECTED_HOURS[step.number]}
            for j in journeys
            for step in j.steps
        ],
    )  # fmt: skip
    return warehouse


def instance_ids(warehouse: Warehouse) -> dict[tuple[object, ...], str]:
    """Give the id of each instance by journey, scope and start."""
    found = warehouse.rows(
        "select journey_id, scope_key, started_at, journey_instance_id from marts.fct_journeys"
    )
    return {row[:3]: row[3] for row in found}


def read(warehouse: Warehouse, columns: str) -> dict[tuple[object, ...], tuple[Any, ...]]:
    rows = warehouse.rows(
        f"select journey_id, dimension, dimension_value, step_number, {columns}"
        " from marts.mart_journey_personas"
    )
    return {row[:4]: row[4:] for row in rows}


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@pytest.mark.parametrize("seed", [1, 2])
def test_personas_agree_with_plain_python_when_customers_wander_at_random(
    make_warehouse: MakeWarehouse, seed: int
) -> None:
    generator = random.Random(seed)
    journeys = (PLAIN, RELATED)
    warehouse = personas_warehouse(make_warehouse, *journeys)
    events = random_events(seed, 60, 4000)
    load(warehouse, events)
    states = random_states(events, generator)
    put_states(warehouse, states)
    warehouse.build(f"{JOURNEY_MODELS} {SATISFACTION}")
    ids = instance_ids(warehouse)
    expected: dict[tuple[object, ...], dict[str, Any]] = {}
    answers: list[dict[str, object]] = []
    for journey in journeys:
        told = []
        for instance in find_instances(journey, events, as_of=AS_OF):
            name = ids[
                journey.journey_id,
                instance.scope_key
                if journey.scope == "customer"
                else f"ticket|{instance.scope_key}",
                instance.visits[0].occurred_at,
            ]
            said = {
                step: generator.random() < 0.6
                for step in instance.reached()
                if generator.random() < 0.5
            }
            answers += [
                {"journey_instance_id": name, "journey_id": journey.journey_id,
                 "step_number": step or None, "is_satisfied": verdict}
                for step, verdict in said.items()
            ]  # fmt: skip
            # An answer about the start is about no step and about no whole.
            answers.append(
                {"journey_instance_id": name, "journey_id": journey.journey_id,
                 "step_number": 0, "is_satisfied": True}
            )  # fmt: skip
            told.append(
                Told(
                    instance=instance,
                    values=values_of(instance, states),
                    answers=said,
                )
            )
        expected |= {(journey.journey_id, *key): row for key, row in expect(journey, told).items()}
    warehouse.put("core.int_journey_satisfaction", answers)
    warehouse.build(MODELS)
    warehouse.test("assert_journey_personas_reconcile mart_journey_personas")

    counted = read(warehouse, "instances, completed, abandoned, open_instances")
    assert counted == {key: row["counts"] for key, row in expected.items()}
    assert {key[2] for key in expected} == {"p", "q", "r", "active", "new", "unassigned"}
    rates = read(
        warehouse,
        "decided, dropped, drop_off_rate, late_share, timed_count, satisfaction, satisfaction_n,"
        " share_of_start, completion_lower, completion_upper",
    )
    for key, row in expected.items():
        lost = row["hits"] if key[3] else None
        started = expected[*key[:3], 0]["counts"][0]
        assert rates[key] == pytest.approx((
            row["decided"], lost, share(lost, row["decided"]) if key[3] else None,
            share(*row["late"]), row["late"][1], share(*row["said"]), row["said"][1],
            row["counts"][0] / started, *(row["completion"] or (None, None)),
        )), key  # fmt: skip
    for key, hours in read(warehouse, "hours_p50, hours_p90").items():
        assert list(hours) == [
            None if value is None else pytest.approx(value, rel=ERROR + 1e-9)
            for value in expected[key]["hours"]
        ], key
    basis = read(warehouse, "persona_basis, is_designed_for")
    assert {key[1:3]: row for key, row in basis.items()} == {
        ("persona", "p"): ("at_start", None),
        ("persona", "q"): ("partly_today", None),
        ("persona", "r"): ("at_start", None),
        ("persona", "unassigned"): ("not_known", None),
        ("lifecycle_state", "active"): ("at_start", None),
        ("lifecycle_state", "new"): ("at_start", None),
        ("lifecycle_state", "unassigned"): ("not_known", None),
    }
    assert_tests_hold(warehouse, expected)


def assert_tests_hold(
    warehouse: Warehouse, expected: dict[tuple[object, ...], dict[str, Any]]
) -> None:
    found = read(
        warehouse, "others_decided, others_rate, difference, p_value, adjusted_p_value, is_too_few"
    )
    families: dict[tuple[object, ...], dict[Any, float]] = defaultdict(dict)
    for key, row in expected.items():
        decided, hits = row["others"]
        others_decided, others_rate, difference, p, _, is_too_few = found[key]
        if key[2] == "unassigned":
            assert found[key] == (None, None, None, None, None, True)
            continue
        assert (others_decided, others_rate) == (decided, pytest.approx(share(hits, decided)))
        assert is_too_few is (min(decided, row["decided"]) < MINIMUM)
        if is_too_few:
            assert p is None
            continue
        assert difference == pytest.approx(row["hits"] / row["decided"] - hits / decided)
        families[key[:2]][key] = p_value(row["hits"], row["decided"], hits, decided)
    assert all(families.values())
    for tested in families.values():
        assert {key: found[key][3] for key in tested} == pytest.approx(tested, rel=1e-9)
        adjusted = benjamini_hochberg(tested)
        assert {key: found[key][4] for key in tested} == pytest.approx(adjusted, rel=1e-9)


def test_a_persona_that_fails_more_often_is_found_when_there_are_enough(
    make_warehouse: MakeWarehouse,
) -> None:
    """Of forty starters ten complete, of forty others thirty; three rare ones prove nothing."""
    warehouse = personas_warehouse(make_warehouse, PLAIN)
    warehouse.clear("reference.journey_audiences")
    warehouse.put(
        "reference.journey_audiences",
        [{"journey_id": "plain", "dimension": "persona", "dimension_value": "other"}],
    )
    stories = (
        [("starter", "S0 a1")] * 30 + [("starter", "S0 a1 b2 E4")] * 10
        + [("other", "S0 a1")] * 10 + [("other", "S0 a1 b2 E4")] * 30 + [("rare", "S0 a1")] * 3
    )  # fmt: skip
    load(warehouse, [e for n, (_, text) in enumerate(stories) for e in story(text, f"c{n}")])
    month = date(2026, 1, 1)
    put_states(
        warehouse,
        {
            (f"c{n}", month): ((date(2025, 12, 31), persona, "active"), None)
            for n, (persona, _) in enumerate(stories)
        },
    )
    warehouse.build(f"{JOURNEY_MODELS} {SATISFACTION} {MODELS}")
    found = {
        key[2:]: row
        for key, row in read(
            warehouse, "is_designed_for, decided, others_decided, is_too_few, is_different"
        ).items()
        if key[1] == "persona"
    }
    assert found["starter", 0] == (False, 40, 43, False, True)
    assert found["other", 0] == (True, 40, 43, False, True)
    assert found["rare", 0] == (False, 3, 80, True, False)
    designed = {key[1:]: row[0] for key, row in read(warehouse, "designed_share").items()}
    assert designed["persona", "rare", 0] == pytest.approx(40 / 83)
    assert designed["persona", "starter", 2] == pytest.approx(30 / 40)
    assert designed["lifecycle_state", "active", 0] is None
    assert found["starter", 1] == (False, 40, 43, False, False), "everybody logs in"
    assert found["starter", 2] == (False, 40, 43, False, True)
    lower, upper, difference = next(
        row
        for key, row in read(warehouse, "difference_lower, difference_upper, difference").items()
        if key[1:] == ("persona", "starter", 2)
    )
    assert difference == pytest.approx(30 / 40 - 13 / 43)
    assert 0.2 < lower < difference < upper < 0.65


def test_nothing_is_shown_when_nobody_has_begun_a_journey(make_warehouse: MakeWarehouse) -> None:
    warehouse = personas_warehouse(make_warehouse, PLAIN)
    warehouse.build(f"{JOURNEY_MODELS} {SATISFACTION} {MODELS}")
    assert read(warehouse, "instances") == {}
    warehouse.test("assert_journey_personas_reconcile")
