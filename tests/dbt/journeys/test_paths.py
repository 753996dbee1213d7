"""Transitions, variants, deviations and conformance against the oracle over random streams."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from statistics import median

import pytest

from tests.dbt.conftest import AS_OF, MakeWarehouse, Warehouse
from tests.dbt.journeys.oracle import Event, Instance, Journey, find_instances
from tests.dbt.journeys.stories import (
    FULL,
    JOURNEY_MODELS,
    LOOPING,
    PLAIN,
    RESTARTING,
    ROUTINE,
    TEMPLATE,
    TOUCHPOINTS,
    declare,
    load,
    random_events,
    story,
)

PATHS = (
    "mart_journey_transitions mart_journey_variants fct_journey_deviations mart_journey_deviations"
    " mart_journey_conformance"
)
JOURNEYS = (PLAIN, LOOPING, FULL, RESTARTING)
Cell = tuple[str, str, str]


def built(
    make_warehouse: MakeWarehouse,
    events: list[Event],
    *journeys: Journey,
    variables: dict[str, object] | None = None,
) -> Warehouse:
    warehouse = make_warehouse(f"{TEMPLATE} {PATHS}", variables=variables)
    declare(warehouse, *journeys)
    load(warehouse, events)
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": f"c{number}", "segment": f"s{number % 2}", "is_test": False}
            for number in range(30)
        ],
    )
    warehouse.build(f"{JOURNEY_MODELS} {PATHS}")
    warehouse.test("assert_journey_paths_reconcile")
    return warehouse


def cells(instance: Instance) -> list[Cell]:
    """Give the journey, segment and period cells in which an instance counts."""
    first = instance.visits[0]
    number = int(first.customer_id[1:]) if first.customer_id else 99
    segment = f"s{number % 2}" if number < 30 else "unknown"
    month = first.occurred_at.strftime("%Y-%m")
    return [
        (instance.journey.journey_id, name, period)
        for name in (segment, "all")
        for period in (month, "all")
    ]


def expected_instances(events: list[Event]) -> list[Instance]:
    return [
        instance
        for journey in JOURNEYS
        for instance in find_instances(journey, events, as_of=AS_OF, routine=ROUTINE)
    ]


CELL = (
    "journey_id, segment,"
    " case period_grain when 'all' then 'all' else strftime(period_start, '%Y-%m') end"
)


def test_paths_match_the_oracle_over_random_streams(make_warehouse: MakeWarehouse) -> None:
    events = random_events(31, customers=40, events=2500)
    warehouse = built(make_warehouse, events, *JOURNEYS, variables={"variants_shown": 100000})
    transitions: Counter[tuple[object, ...]] = Counter()
    waits: dict[tuple[object, ...], list[float]] = defaultdict(list)
    variants: Counter[tuple[object, ...]] = Counter()
    for instance in expected_instances(events):
        visits = instance.visits
        names = ["(start)", *(visit.touchpoint_id for visit in visits), f"({instance.outcome})"]
        for cell in cells(instance):
            for one, two in pairwise(names):
                transitions[*cell, one, two] += 1
            for before, after in pairwise(visits):
                hours = (after.occurred_at - before.occurred_at).total_seconds() / 3600
                waits[*cell, before.touchpoint_id, after.touchpoint_id].append(hours)
            variants[*cell, " > ".join(instance.path), instance.outcome] += 1

    found = warehouse.rows(
        f"select {CELL}, from_touchpoint_id, to_touchpoint_id, transitions, hours_p50"
        " from marts.mart_journey_transitions"
    )
    assert {row[:5]: row[5] for row in found} == transitions
    assert {row[:5]: row[6] for row in found if row[6] is not None} == pytest.approx(
        {key: median(hours) for key, hours in waits.items()}
    )
    spread = Counter()
    for *key, completed, abandoned, still_open in warehouse.rows(
        f"select {CELL}, path, completed, abandoned, open_instances"
        " from marts.mart_journey_variants"
    ):
        counts = {"completed": completed, "abandoned": abandoned, "open": still_open}
        spread.update({(*key, outcome): n for outcome, n in counts.items() if n})
    assert spread == variants


def test_deviations_match_the_oracle_over_random_streams(make_warehouse: MakeWarehouse) -> None:
    events = random_events(32, customers=40, events=2500)
    warehouse = built(make_warehouse, events, *JOURNEYS)
    expected: Counter[tuple[object, ...]] = Counter()
    fitness: dict[Cell, list[float]] = defaultdict(list)
    for instance in expected_instances(events):
        counts = Counter(visit.touchpoint_id for visit in instance.visits)
        met = instance.met()
        furthest = max((number for number, visit in met.items() if visit), default=0)
        names = {step.number: step.touchpoint_id for step in instance.journey.steps}
        named: list[tuple[str, int | None, str]] = []
        for number, visit in met.items():
            visited = counts[names[number]]
            if visit is None and visited:
                named.append(("out_of_order", number, names[number]))
            elif visit is None and (instance.outcome == "completed" or number < furthest):
                named.append(("skipped", number, names[number]))
            elif visit is not None and visited > 1:
                named.append(("repeated", number, names[number]))
        others = {e.touchpoint_id for e in instance.others}
        named += [("undeclared", None, name) for name in others]
        for cell in cells(instance):
            expected.update((*cell, *deviation) for deviation in named)
            if instance.outcome == "completed":
                share = sum(visit is not None for visit in met.values()) / len(met)
                fitness[cell].append(share)
    assert {row[3] for row in expected} == {"out_of_order", "skipped", "repeated", "undeclared"}
    assert expected == Counter(
        {
            row[:6]: row[6]
            for row in warehouse.rows(
                f"select {CELL}, deviation, step_number, touchpoint_id, instances"
                " from marts.mart_journey_deviations where deviation <> 'late'"
            )
        }
    )
    assert {
        row[:3]: row[3]
        for row in warehouse.rows(
            f"select {CELL}, fitness from marts.mart_journey_conformance where completed > 0"
        )
    } == pytest.approx({cell: sum(s) / len(s) for cell, s in fitness.items()}, abs=1e-8)


def test_rare_paths_are_one_row_when_more_are_found_than_shown(
    make_warehouse: MakeWarehouse,
) -> None:
    texts = ["S0 a1 b2 E3"] * 3 + ["S0 a1 E3"] * 2 + ["S0 b1 E2", "S0 a1 a2 b3 b4 E5", "S0 E1"]
    events = [e for n, text in enumerate(texts) for e in story(text, f"x{n}")]
    warehouse = built(make_warehouse, events, PLAIN, variables={"variants_shown": 2})
    shown = warehouse.rows(
        "select variant_rank, path, variant_count, instances, share, repeat_count, customers"
        " from marts.mart_journey_variants where segment = 'all' and period_grain = 'all'"
        " order by variant_rank"
    )
    straight = " > ".join(TOUCHPOINTS[name] for name in "SabE")
    assert shown == [
        (1, straight, 1, 4, 0.5, 2, 4),
        (2, straight.replace("data_import > ", ""), 1, 2, 0.25, 0, 2),
        (3, "(other)", 2, 2, 0.25, 0, None),
    ]


def test_marts_are_empty_when_there_are_no_interactions(make_warehouse: MakeWarehouse) -> None:
    warehouse = built(make_warehouse, [], PLAIN)
    for name in PATHS.split():
        assert warehouse.rows(f"select count(*) from marts.{name}") == [(0,)]


def test_one_customer_of_very_many_interactions_is_one_instance(
    make_warehouse: MakeWarehouse,
) -> None:
    """Equal times, a loop of two touchpoints and no end: 100,000 visits, one long path."""
    warehouse = make_warehouse(f"{TEMPLATE} {PATHS}")
    declare(warehouse, PLAIN)
    warehouse.rows(
        "insert into core.fct_interactions by name select 'i' || number as interaction_id,"
        " 'c1' as customer_id, false as is_test,"
        " case when number = 0 then 'subscription_start' when number % 2 = 0 then 'first_login'"
        " else 'data_import' end as touchpoint_id,"
        " timestamp '2026-06-01' + to_seconds(number // 10) as occurred_at"
        " from range(100000) as numbers (number)"
    )
    warehouse.build(f"{JOURNEY_MODELS} {PATHS}")
    assert warehouse.rows("select visit_count, outcome from marts.fct_journeys") == [
        (100000, "abandoned")
    ]
