"""A daily run that touches only what changed gives the tables of a whole build."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.journeys.oracle import Event
from tests.dbt.journeys.stories import (
    COMPARISONS,
    FULL,
    JOURNEY_MODELS,
    LOOPING,
    MARTS,
    ONCE,
    PATHS,
    PLAIN,
    RELATED,
    RESTARTING,
    STEPS,
    SUMS,
    TEMPLATE,
    TOUCHPOINTS,
    declare,
    load,
    random_events,
)

ANSWERS = "int_scored_answers int_survey_verdicts int_journey_satisfaction"
MODELS = f"fct_customer_stages {JOURNEY_MODELS} {PATHS} {ANSWERS} {STEPS} {COMPARISONS}"
TABLES = (
    "core.fct_customer_stages",
    "marts.fct_journey_visits",
    "marts.fct_journey_steps",
    "marts.fct_journeys",
    "marts.mart_journey_funnel",
    "core.int_journey_instances",
    "core.int_journey_required_steps",
    "marts.fct_journey_deviations",
    "core.int_journey_step_answers",
    "core.int_journey_step_figures",
    "core.int_journey_named_counts",
    "marts.mart_journey_comparisons",
    *(f"core.{name}" for name in SUMS),
    *(f"marts.{name}" for name in MARTS),
)


def prepared(make_warehouse: MakeWarehouse, events: Sequence[Event]) -> Warehouse:
    warehouse = make_warehouse(f"{TEMPLATE} {PATHS}", variables={"minimum_sample_size": 10})
    declare(warehouse, PLAIN, LOOPING, ONCE, RELATED, FULL, RESTARTING)
    warehouse.rows("update reference.journey_steps set expected_hours = 24 * step_number")
    answer(warehouse)
    describe(warehouse)
    load(warehouse, events)
    warehouse.build(MODELS)
    return warehouse


def describe(warehouse: Warehouse) -> None:
    """Give customers personas, and compare these, ways in and outcomes."""
    warehouse.relation("core.int_journey_customer_states")
    warehouse.put(
        "core.int_journey_customer_states",
        [
            {
                "customer_id": f"c{number}",
                "persona_id": "abc"[number % 3],
                "state_kind": "month_before",
                "persona_basis": "at_start",
                "start_month": f"2026-{month:02}-01",
            }
            for number in range(40)
            for month in range(1, 13)
        ],
    )
    warehouse.clear("reference.journey_comparisons")
    warehouse.put(
        "reference.journey_comparisons",
        [
            {"comparison_id": f"{dimension} {second}", "journey_id": "*", "dimension": dimension,
             "first_value": first, "second_value": second}
            for dimension, first, second in (
                ("persona", "a", "b"), ("persona", "a", "others"), ("channel", "web", "phone"),
                ("outcome", "completed", "others"),
            )
        ],
    )  # fmt: skip


def answer(warehouse: Warehouse) -> None:
    """Let every customer answer now and then, of some step or of none."""
    generator = random.Random(4)
    warehouse.clear("reference.survey_questions")
    warehouse.put(
        "reference.survey_questions",
        [{"survey_id": "v", "question_id": "q", "metric": "OSAT", "scale_minimum": 1,
          "scale_maximum": 5, "direction": "higher_is_better"}],
    )  # fmt: skip
    warehouse.put(
        "core.fct_survey_answers",
        [
            {"answer_id": f"a{number}", "survey_id": "v", "question_id": "q", "metric": "OSAT",
             "score": generator.randint(1, 5), "customer_id": f"c{generator.randrange(40)}",
             "touchpoint_id": generator.choice([*TOUCHPOINTS.values(), None]),
             "is_on_scale": True,
             "answered_at": datetime(2026, 3, 1) + timedelta(hours=generator.randrange(2900))}
            for number in range(600)
        ],
    )  # fmt: skip


def change(
    warehouse: Warehouse, before: Sequence[Event], after: Sequence[Event], *, number: int
) -> None:
    """Put what differs into the stored interactions and into the log, as fct_interactions does."""
    gone, come = set(before) - set(after), set(after) - set(before)
    for event in gone:
        warehouse.rows(
            f"delete from core.fct_interactions where interaction_id = '{event.interaction_id}'"
        )
    load(warehouse, sorted(come, key=lambda event: event.interaction_id))
    scopes = {("customer", e.customer_id) for e in gone | come if e.customer_id} | {
        ("related", f"ticket|{e.related_id}") for e in gone | come if e.related_id
    }
    warehouse.put(
        "core.int_changed_scopes",
        [
            {"change_number": number, "scope_type": kind, "scope_key": key}
            for kind, key in sorted(scopes)
        ],
    )


def contents(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    return {table: warehouse.rows(f"select * from {table} order by all") for table in TABLES}


def altered(events: Sequence[Event], generator: random.Random) -> list[Event]:
    """Give a later state: rows that came late, went, moved in time or to another customer."""
    later = []
    for event in events:
        draw = generator.random()
        if draw < 0.02:
            continue
        if draw < 0.04:
            event = replace(event, occurred_at=event.occurred_at + timedelta(days=1))
        elif draw < 0.06:
            event = replace(event, customer_id=f"c{generator.randrange(40)}")
        later.append(event)
    new = random_events(generator.randrange(1000), customers=40, events=40)
    prefix = f"n{len(events)}:"
    return later + [replace(e, interaction_id=prefix + e.interaction_id) for e in new]


def test_increments_equal_a_whole_build_when_rows_come_late_go_and_move(
    make_warehouse: MakeWarehouse,
) -> None:
    generator = random.Random(5)
    before = random_events(21, customers=40, events=1500)
    after = altered(before, generator)
    warehouse = prepared(make_warehouse, before)
    untouched = contents(warehouse)
    change(warehouse, before, after, number=2)
    warehouse.build(MODELS, increment=True)
    whole = contents(prepared(make_warehouse, after))
    assert contents(warehouse) == whole
    assert all(untouched[table] != whole[table] for table in TABLES)
    methods = "select distinct importance_method from core.int_journey_step_figures"
    assert {method for (method,) in warehouse.rows(methods)} == {
        "satisfaction_satisfaction", "satisfaction_completion", "time_satisfaction",
        "time_completion", None,
    }  # fmt: skip


def test_a_model_that_missed_runs_makes_good_for_all_of_them(
    make_warehouse: MakeWarehouse,
) -> None:
    """A killed run leaves some models behind: the next one gives them every change since."""
    generator = random.Random(6)
    states = [random_events(22, customers=40, events=600)]
    warehouse = prepared(make_warehouse, states[0])
    for number, model in ((2, "fct_journey_visits"), (3, "fct_customer_stages")):
        states.append(altered(states[-1], generator))
        change(warehouse, *states[-2:], number=number)
        warehouse.build(model, increment=True)
    warehouse.build(MODELS, increment=True)
    assert contents(warehouse) == contents(prepared(make_warehouse, states[-1]))


@pytest.mark.parametrize("last_number", [1, 7])
def test_models_follow_when_all_interactions_were_built_again(
    make_warehouse: MakeWarehouse, last_number: int
) -> None:
    """A log that says so, or one that begins anew below what a model has seen, changes all."""
    before = random_events(23, customers=20, events=300)
    after = altered(before, random.Random(7))
    warehouse = prepared(make_warehouse, before)
    change(warehouse, before, after, number=last_number)
    warehouse.clear("core.int_changed_scopes")
    if last_number == 7:
        warehouse.put("core.int_changed_scopes", [{"change_number": 7, "scope_type": "all"}])
    warehouse.build(MODELS, increment=True)
    assert contents(warehouse) == contents(prepared(make_warehouse, after))


def test_nothing_is_rebuilt_when_nothing_changed(make_warehouse: MakeWarehouse) -> None:
    events = random_events(24, customers=20, events=300)
    warehouse = prepared(make_warehouse, events)
    # A row that no build would make: it lives on if its scope is left alone.
    warehouse.rows("update marts.fct_journey_visits set team = 'kept'")
    warehouse.rows("update core.int_journey_sums set instances = 999")
    warehouse.build(MODELS, increment=True)
    assert warehouse.rows("select distinct team from marts.fct_journey_visits") == [("kept",)]
    assert warehouse.rows("select distinct instances from core.int_journey_sums") == [(999,)]


def test_sums_change_by_what_changed_and_are_not_added_up_again(
    make_warehouse: MakeWarehouse,
) -> None:
    before = random_events(25, customers=20, events=300)
    gone = max(before, key=lambda event: event.occurred_at)
    warehouse = prepared(make_warehouse, before)
    for table in SUMS:
        # Of a journey that nobody took: it lives on if sums are kept.
        columns = "* replace ('never' as journey_id)"
        warehouse.rows(f"insert into core.{table} select {columns} from core.{table} limit 1")
    change(warehouse, before, [event for event in before if event != gone], number=2)
    warehouse.build(MODELS, increment=True)
    for table in SUMS:
        kept = warehouse.rows(f"select count(*) from core.{table} where journey_id = 'never'")
        assert kept == [(1,)]


def test_sums_are_added_up_again_when_the_changes_of_their_fact_begin_anew(
    make_warehouse: MakeWarehouse,
) -> None:
    """Somebody builds one fact as a whole between two runs, and its changes are lost."""
    before = random_events(26, customers=20, events=300)
    after = altered(before, random.Random(8))
    warehouse = prepared(make_warehouse, before)
    change(warehouse, before, after, number=2)
    warehouse.build("fct_journey_visits")
    warehouse.build(MODELS, increment=True)
    assert contents(warehouse) == contents(prepared(make_warehouse, after))


def test_a_model_sees_no_more_than_what_it_reads_when_a_part_is_run_by_hand(
    make_warehouse: MakeWarehouse,
) -> None:
    before = random_events(27, customers=20, events=300)
    after = altered(before, random.Random(9))
    warehouse = prepared(make_warehouse, before)
    change(warehouse, before, after, number=2)
    warehouse.build(" ".join(("fct_journeys", *SUMS)), increment=True)
    warehouse.build(MODELS, increment=True)
    assert contents(warehouse) == contents(prepared(make_warehouse, after))
