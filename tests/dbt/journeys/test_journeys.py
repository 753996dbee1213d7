"""Journey instances, steps and funnel: by hand, and against the oracle over random streams."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from math import erfc, sqrt

import pytest

from tests.dbt.conftest import AS_OF, MakeWarehouse
from tests.dbt.journeys.oracle import Event, Journey, Step, find_instances
from tests.dbt.journeys.stories import (
    FULL,
    JOURNEY_MODELS,
    LOOPING,
    ONCE,
    PLAIN,
    RELATED,
    RESTARTING,
    ROUTINE,
    TEMPLATE,
    TOUCHPOINTS,
    declare,
    load,
    random_events,
    story,
)

RECONCILIATION = (
    "assert_funnel_reconciles_with_journeys assert_journey_steps_are_interactions"
    " assert_journey_definitions_are_sound"
)


# Days count from 1 January 2026; the journey is given up after more than ten days of silence.
CASES: Mapping[str, tuple[str, list[tuple[str, float, int, int]]]] = {
    # name: events, expected (outcome, start day, steps reached, last step) of each instance
    "straight through": ("S0 a1 b2 c3 E4", [("completed", 0, 4, 4)]),
    "optional step skipped": ("S0 a1 b2 E4", [("completed", 0, 3, 4)]),
    "required step skipped": ("S0 b2 E4", [("completed", 0, 0, 0)]),
    "step before its turn does not count": ("S0 b1 a2 E4", [("completed", 0, 1, 1)]),
    "step before its turn counts when it comes again": (
        "S0 b1 a2 b3 E4",
        [("completed", 0, 3, 4)],
    ),
    "nothing without a start": ("a1 b2 E4", []),
    "second start restarts nothing": ("S0 a1 S2 b3 E4", [("completed", 0, 3, 4)]),
    "one after the other": ("S0 E1 S2 a3 E4", [("completed", 0, 0, 0), ("completed", 2, 1, 1)]),
    "silence of just ten days is kept": ("S0 a10 b20 E30", [("completed", 0, 3, 4)]),
    "longer silence gives it up": ("S0 a1 b11.5 E12", [("abandoned", 0, 1, 1)]),
    "restart after giving up": ("S0 a1 S12 E13", [("abandoned", 0, 1, 1), ("completed", 12, 0, 0)]),
    "other touchpoints do not break the silence": ("S0 x8 a15", [("abandoned", 0, 0, 0)]),
    "a second end is nobody's": ("S0 E1 E2", [("completed", 0, 0, 0)]),
    "open at the end": ("S178 a179", [("open", 178, 1, 1)]),
    "open on the last day of silence": ("S170.5", [("abandoned", 170.5, 0, 0)]),
    "silence ends after the as-of day": ("S171", [("open", 171, 0, 0)]),
    "equal times follow the declared order": ("E0 b0 S0 a0", [("completed", 0, 3, 4)]),
}


def test_instances_follow_the_rules_in_cases_written_by_hand(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, PLAIN)
    load(warehouse, [event for name, (text, _) in CASES.items() for event in story(text, name)])
    warehouse.build(JOURNEY_MODELS)
    found: dict[str, list[tuple[str, float, int, int]]] = {name: [] for name in CASES}
    for name, outcome, started_at, reached, last in warehouse.rows(
        "select customer_id, outcome, started_at, steps_reached, last_step_number"
        " from marts.fct_journeys order by customer_id, started_at"
    ):
        day = (started_at - datetime(2026, 1, 1)) / timedelta(days=1)
        found[name].append((outcome, day, reached, last))
    assert found == {name: expected for name, (_, expected) in CASES.items()}


def test_tickets_of_one_customer_are_journeys_of_their_own(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, RELATED)
    interleaved = [("S", 0, "t1"), ("S", 1, "t2"), ("a", 2, "t1"), ("E", 3, "t2"), ("x", 3, "t1"),
                   ("E", 4, "t1"), ("S", 5, None), ("E", 6, None)]  # fmt: skip
    load(
        warehouse,
        [
            Event(
                interaction_id=f"i{place}",
                customer_id="c1" if related_id == "t1" else None,
                touchpoint_id=TOUCHPOINTS[name],
                occurred_at=datetime(2026, 1, 1) + timedelta(days=day),
                related_id=related_id,
            )
            for place, (name, day, related_id) in enumerate(interleaved)
        ],
    )
    warehouse.build(JOURNEY_MODELS)
    assert warehouse.rows(
        "select related_id, customer_id, outcome, duration_hours, segment"
        " from marts.fct_journeys order by related_id"
    ) == [
        ("t1", "c1", "completed", 96.0, "unknown"),
        ("t2", None, "completed", 48.0, "unknown"),
    ]


def test_test_customers_take_no_journeys(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, PLAIN)
    load(warehouse, story("S0 E1", "real") + story("S0 E1", "test"), tests={"test"})
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": "real", "is_test": False, "segment": "small"},
            {"customer_id": "test", "is_test": True, "segment": "small"},
        ],
    )
    warehouse.build(JOURNEY_MODELS)
    assert warehouse.rows("select customer_id, segment from marts.fct_journeys") == [
        ("real", "small")
    ]


@pytest.mark.parametrize("seed", [11, 12])
def test_journeys_match_the_oracle_over_random_streams(
    make_warehouse: MakeWarehouse, seed: int
) -> None:
    journeys = (PLAIN, LOOPING, ONCE, RELATED, FULL, RESTARTING)
    events = random_events(seed, customers=60, events=3000)
    segments = {f"c{number}": f"segment {number % 3}" for number in range(50)}
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, *journeys)
    load(warehouse, events)
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": customer_id, "segment": segment, "is_test": False}
            for customer_id, segment in segments.items()
        ],
    )
    warehouse.build(JOURNEY_MODELS)
    warehouse.test(RECONCILIATION)

    expected_journeys: Counter[tuple[object, ...]] = Counter()
    expected_steps: Counter[tuple[object, ...]] = Counter()
    expected_funnel: Counter[tuple[str, str, str, date | None, int]] = Counter()
    for journey in journeys:
        for instance in find_instances(journey, events, as_of=AS_OF, routine=ROUTINE):
            visits = instance.visits
            first, last = visits[0], visits[-1]
            reached = instance.reached()
            met = instance.met()
            path = instance.path
            expected_journeys[
                journey.journey_id, first.customer_id, first.occurred_at, instance.outcome,
                instance.closed_by,
                None if instance.outcome == "open" else instance.declared[-1].occurred_at,
                len(visits), len(reached) - 1, max(reached), last.touchpoint_id,
                len(met), sum(visit is not None for visit in met.values()),
                len(path), len(visits) - len(path), len(path) - len(set(path)),
                len({visit.channel_id for visit in visits} - {None}),
                sum(
                    None not in {one.channel_id, two.channel_id}
                    and one.channel_id != two.channel_id
                    for one, two in pairwise(visits)
                ),
            ] += 1  # fmt: skip
            segment = segments.get(first.customer_id or "", "unknown")
            for number, moment in reached.items():
                expected_steps[journey.journey_id, first.interaction_id, number, moment] += 1
                month = first.occurred_at.date().replace(day=1)
                for group, grain in product((segment, "all"), ("month", "all")):
                    start = month if grain == "month" else None
                    expected_funnel[journey.journey_id, group, grain, start, number] += 1

    assert {row[4] for row in expected_journeys} == {"end", "exit", "restart", "silence", None}
    assert expected_journeys == Counter(
        warehouse.rows(
            "select journey_id, customer_id, started_at, outcome, closed_by, ended_at, visit_count,"
            " steps_reached, last_step_number, last_touchpoint_id, required_steps,"
            " required_steps_met, path_length, repeat_count, return_count, channel_count,"
            " channel_switch_count from marts.fct_journeys"
        )
    )
    assert expected_steps == Counter(
        warehouse.rows(
            "select steps.journey_id, visits.interaction_id, steps.step_number, steps.reached_at"
            " from marts.fct_journey_steps as steps inner join marts.fct_journey_visits as visits"
            " on steps.journey_instance_id = visits.journey_instance_id and visits.visit_number = 1"
        )
    )
    funnel = warehouse.rows(
        "select journey_id, segment, period_grain,"
        " case when period_grain = 'month' then period_start end, step_number, instances"
        " from marts.mart_journey_funnel"
    )
    assert expected_funnel == Counter({row[:5]: row[5] for row in funnel if row[5]})


def test_shuffled_interactions_give_the_same_journeys(make_warehouse: MakeWarehouse) -> None:
    events = random_events(13, customers=10, events=400)
    results = []
    for order in (events, random.Random(1).sample(events, len(events))):
        warehouse = make_warehouse(TEMPLATE)
        declare(warehouse, PLAIN, LOOPING)
        load(warehouse, order)
        warehouse.build(JOURNEY_MODELS)
        results.append(
            warehouse.rows("select * from marts.fct_journeys order by journey_instance_id")
        )
    assert results[0] == results[1]


def test_drop_is_significant_when_the_rate_falls_below_the_step_before(
    make_warehouse: MakeWarehouse,
) -> None:
    """200 start, 180 reach a, 100 reach b (2 of the others still open), 96 reach the end."""
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, PLAIN)
    stories = (
        ["S0"] * 20 + ["S0 a1"] * 78 + ["S175 a176"] * 2 + ["S0 a1 b2"] * 4 + ["S0 a1 b2 E3"] * 96
    )
    load(warehouse, [e for n, text in enumerate(stories) for e in story(text, f"c{n}")])
    warehouse.build(JOURNEY_MODELS)
    rows = warehouse.rows(
        "select step_number, instances, waiting, dropped, share_of_start,"
        " share_of_previous, is_significant_drop, p_value"
        " from marts.mart_journey_funnel where segment = 'all' and period_grain = 'all'"
        " order by step_number"
    )

    def two_sided(k_1: int, n_1: int, k_2: int, n_2: int) -> float:
        pooled = (k_1 + k_2) / (n_1 + n_2)
        error = sqrt(pooled * (1 - pooled) * (1 / n_1 + 1 / n_2))
        return erfc(abs(k_1 / n_1 - k_2 / n_2) / error / sqrt(2))

    assert [row[:7] for row in rows] == [
        (0, 200, None, 0, 1.0, None, False),
        (1, 180, 0, 20, 0.9, 0.9, True),
        (2, 100, 2, 78, 0.5, pytest.approx(100 / 180), True),
        (3, 0, 0, 100, 0.0, 0.0, False),
        (4, 96, 0, 4, 0.48, 0.96, False),
    ]
    assert [row[7] for row in rows] == [
        None,
        pytest.approx(two_sided(180, 200, 200, 200), rel=1e-9),
        pytest.approx(two_sided(100, 178, 180, 200), rel=1e-9),
        None,
        pytest.approx(two_sided(96, 100, 100, 178), rel=1e-9),
    ]


def test_journeys_are_refused_when_their_definition_cannot_be_followed(
    make_warehouse: MakeWarehouse,
) -> None:
    sound = PLAIN.steps
    broken = {
        "same start and end": Journey(
            journey_id="j", start=sound[-1].touchpoint_id, steps=sound, abandon_after=timedelta(1)
        ),
        "gap in the numbers": Journey(
            journey_id="j", start="invoice", steps=(sound[0], sound[3]), abandon_after=timedelta(1)
        ),
        "end in the middle": Journey(
            journey_id="j",
            start="invoice",
            steps=(
                Step(number=1, touchpoint_id="renewal", is_required=True),
                Step(number=2, touchpoint_id="renewal", is_required=True),
            ),
            abandon_after=timedelta(1),
        ),
        "never given up": Journey(
            journey_id="j", start="invoice", steps=sound, abandon_after=timedelta(0)
        ),
    }
    for journey in broken.values():
        warehouse = make_warehouse(TEMPLATE)
        declare(warehouse, journey)
        with pytest.raises(AssertionError, match="assert_journey_definitions_are_sound"):
            warehouse.test("assert_journey_definitions_are_sound")
