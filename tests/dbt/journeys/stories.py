"""Journeys, customers' stories and random streams that the tests of the journey marts share."""

from __future__ import annotations

import random
from collections.abc import Container, Iterable
from datetime import datetime, timedelta

from tests.dbt.conftest import CORE, Warehouse
from tests.dbt.journeys.oracle import Event, Journey, Step

JOURNEY_MODELS = (
    "int_journey_touchpoints int_journey_interactions fct_journey_visits int_journey_instances"
    " int_journey_required_steps fct_journey_steps fct_journeys int_journey_step_sums"
    " mart_journey_funnel"
)
TEMPLATE = f"{CORE} {JOURNEY_MODELS}"
MARTS = (
    "mart_journey_transitions",
    "mart_journey_variants",
    "mart_journey_deviations",
    "mart_journey_conformance",
)
SUMS = (
    "int_journey_transition_sums",
    "int_journey_variant_sums",
    "int_journey_deviation_sums",
    "int_journey_sums",
    "int_journey_step_sums",
    "int_journey_step_time_sums",
    "int_journey_feature_sums",
)
STEPS = "int_journey_step_time_sums int_journey_step_answers int_journey_step_figures"
COMPARISONS = (
    "int_journey_feature_sums fct_journey_personas int_journey_named_counts"
    " mart_journey_comparisons"
)
PATHS = " ".join(("fct_journey_deviations", *SUMS, *MARTS))
# Touchpoints of the seed, under the short names that the cases use.
TOUCHPOINTS = {
    "S": "subscription_start",
    "a": "first_login",
    "b": "data_import",
    "c": "team_invite",
    "E": "first_report",
    "x": "product_use",
    "h": "help_article",
    "q": "cancellation_request",
    "r": "support_reopen",
    "T": "trial_signup",
}
# Everyday use, which belongs to a journey only where it is declared.
ROUTINE = {TOUCHPOINTS["x"]}
PLAIN = Journey(
    journey_id="plain",
    start=TOUCHPOINTS["S"],
    steps=(
        Step(number=1, touchpoint_id=TOUCHPOINTS["a"], is_required=True),
        Step(number=2, touchpoint_id=TOUCHPOINTS["b"], is_required=True),
        Step(number=3, touchpoint_id=TOUCHPOINTS["c"], is_required=False),
        Step(number=4, touchpoint_id=TOUCHPOINTS["E"], is_required=True),
    ),
    abandon_after=timedelta(days=10),
)
# The start comes again as a step, and one touchpoint stands at two steps.
LOOPING = Journey(
    journey_id="looping",
    start=TOUCHPOINTS["a"],
    steps=(
        Step(number=1, touchpoint_id=TOUCHPOINTS["b"], is_required=True),
        Step(number=2, touchpoint_id=TOUCHPOINTS["a"], is_required=True),
        Step(number=3, touchpoint_id=TOUCHPOINTS["b"], is_required=False),
        Step(number=4, touchpoint_id=TOUCHPOINTS["E"], is_required=True),
    ),
    abandon_after=timedelta(days=4),
)
ONCE = Journey(
    journey_id="once",
    start=TOUCHPOINTS["x"],
    steps=(Step(number=1, touchpoint_id=TOUCHPOINTS["S"], is_required=True),),
    abandon_after=timedelta(days=6),
    is_repeatable=False,
)
RELATED = Journey(
    journey_id="related",
    start=TOUCHPOINTS["S"],
    steps=PLAIN.steps,
    abandon_after=timedelta(days=5),
    scope="related",
)
# Everything that a journey may declare, over all visits of the customer.
FULL = Journey(
    journey_id="full",
    start=TOUCHPOINTS["S"],
    steps=PLAIN.steps,
    abandon_after=timedelta(days=6),
    observes_all=True,
    boundaries=(
        ("start", TOUCHPOINTS["T"]), ("exit", TOUCHPOINTS["q"]), ("reopen", TOUCHPOINTS["r"]),
    ),
)  # fmt: skip
RESTARTING = Journey(
    journey_id="restarting",
    start=TOUCHPOINTS["S"],
    steps=PLAIN.steps,
    abandon_after=timedelta(days=6),
    restarts=True,
    scope="related",
    observes_all=True,
    boundaries=(("exit", TOUCHPOINTS["q"]),),
)


def declare(warehouse: Warehouse, *journeys: Journey) -> None:
    warehouse.clear("reference.journeys")
    warehouse.clear("reference.journey_steps")
    warehouse.clear("reference.journey_boundaries")
    warehouse.put(
        "reference.journey_boundaries",
        [
            {"journey_id": j.journey_id, "role": role, "touchpoint_id": touchpoint_id}
            for j in journeys
            for role, touchpoint_id in j.boundaries
        ],
    )
    warehouse.put(
        "reference.journeys",
        [
            {"journey_id": j.journey_id, "journey_name": j.journey_id,
             "start_touchpoint_id": j.start, "end_touchpoint_id": j.end,
             "abandon_after_days": j.abandon_after.days, "instance_scope": j.scope,
             "is_repeatable": j.is_repeatable,
             "observes": "all" if j.observes_all else "declared",
             "second_start": "restart" if j.restarts else "continue"}
            for j in journeys
        ],
    )  # fmt: skip
    warehouse.put(
        "reference.journey_steps",
        [
            {"journey_id": j.journey_id, "step_number": step.number, "step_name": "step",
             "touchpoint_id": step.touchpoint_id, "is_required": step.is_required}
            for j in journeys
            for step in j.steps
        ],
    )  # fmt: skip


def load(
    warehouse: Warehouse, events: Iterable[Event], *, tests: Container[str | None] = ()
) -> None:
    warehouse.put(
        "core.fct_interactions",
        [
            {"interaction_id": e.interaction_id, "customer_id": e.customer_id,
             "touchpoint_id": e.touchpoint_id, "occurred_at": e.occurred_at,
             "channel_id": e.channel_id, "is_test": e.customer_id in tests,
             "related_type": "ticket" if e.related_id else None, "related_id": e.related_id}
            for e in events
        ],
    )  # fmt: skip


def story(text: str, customer_id: str, start: datetime = datetime(2026, 1, 1)) -> list[Event]:
    """Turn ``"S0 a1 b12"`` (touchpoint, day) into events of one customer."""
    return [
        Event(
            interaction_id=f"{customer_id}:{place:02d}",
            customer_id=customer_id,
            touchpoint_id=TOUCHPOINTS[word[0]],
            occurred_at=start + timedelta(days=float(word[1:])),
            related_id=None,
        )
        for place, word in enumerate(text.split())
    ]


def random_events(seed: int, customers: int, events: int) -> list[Event]:
    """Give a stream with ties in time, repeats, silences, unknown customers and no related id."""
    generator = random.Random(seed)
    return [
        Event(
            interaction_id=f"i{number:05d}",
            customer_id=f"c{generator.randrange(customers)}" if generator.random() < 0.95 else None,
            touchpoint_id=TOUCHPOINTS[
                generator.choices("SabcExhqrT", [2, 4, 4, 2, 2, 3, 3, 1, 1, 1])[0]
            ],
            channel_id=generator.choice(["web", "phone", None]),
            occurred_at=datetime(2026, 3, 1) + timedelta(hours=12 * generator.randrange(244)),
            related_id=f"t{generator.randrange(customers)}" if generator.random() < 0.9 else None,
        )
        for number in range(events)
    ]
