"""The journey map: times, satisfaction and effort per step and segment, worked out by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.dbt.conftest import MakeWarehouse
from tests.dbt.journeys.test_journeys import JOURNEY_MODELS, PLAIN, TEMPLATE, declare, load, story

MAP = "mart_journey_map"
ANSWERED = datetime(2026, 2, 1)


def test_map_shows_times_and_scores_of_each_step(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, PLAIN)
    warehouse.relation("marts.mart_touchpoint_impact")
    load(
        warehouse,
        [
            event
            for number, day in enumerate((1, 2, 3, 6))
            for event in story(f"S0 a{day} b{day + 1}", f"c{number}")
        ],
    )
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": f"c{number}", "is_test": number == 9, "segment": f"s{number % 2}"}
            for number in (0, 1, 2, 3, 9)
        ],
    )
    warehouse.clear("reference.survey_questions")
    question = {"scale_minimum": 1, "scale_maximum": 5, "direction": "higher_is_better"}
    warehouse.put(
        "reference.survey_questions",
        [
            {"survey_id": "v", "question_id": "csat", "metric": "CSAT", **question},
            {"survey_id": "v", "question_id": "ces", "metric": "CES", **question,
             "scale_maximum": 7},
            {"survey_id": "v", "question_id": "old_ces", "metric": "CES", **question,
             "direction": "lower_is_better"},
        ],
    )  # fmt: skip
    answers = [
        ("csat", 5, "c0"), ("csat", 4, "c1"), ("csat", 3, "c2"), ("csat", 1, None),
        ("ces", 5, "c0"), ("ces", 4, "c1"), ("old_ces", 1, "c2"), ("csat", 5, "c9"),
    ]  # fmt: skip
    metrics = {"csat": "CSAT", "ces": "CES", "old_ces": "CES"}
    warehouse.put(
        "core.fct_survey_answers",
        [
            {"survey_id": "v", "question_id": name, "metric": metrics[name], "score": score,
             "customer_id": customer_id, "touchpoint_id": "first_login", "is_on_scale": True,
             "answered_at": ANSWERED}
            for name, score, customer_id in answers
        ]
        + [
            {"survey_id": "v", "question_id": "csat", "metric": "CSAT", "score": 50,
             "customer_id": "c0", "touchpoint_id": "first_login", "is_on_scale": False},
        ],
    )  # fmt: skip
    warehouse.put(
        "marts.mart_touchpoint_impact",
        [{"touchpoint_id": "first_login", "touchpoint_name": "First login",
          "positive_impact": 0.2, "negative_impact": 0.3,
          "positive_mentions": 4, "negative_mentions": 6}],
    )  # fmt: skip
    warehouse.build(f"{JOURNEY_MODELS} {MAP}")

    def step(segment: str, number: int) -> tuple[object, ...]:
        (row,) = warehouse.rows(
            "select instances, hours_p50, hours_p90, hours_from_previous_p50, satisfaction,"
            " satisfaction_n, effort_easy_share, effort_n, positive_impact, negative_impact,"
            f" comment_count from marts.mart_journey_map where segment = '{segment}'"
            f" and step_number = {number}"
        )
        return row

    # Logins after 24, 48, 72 and 144 hours; the ninth decile lies 0.7 between the last two.
    assert step("all", 1) == (
        4, 60.0, pytest.approx(72 + 0.7 * 72), 60.0, 0.5, 4, 0.5, 2, 0.2, 0.3, 10,
    )  # fmt: skip
    assert step("s0", 1) == (
        2, 48.0, pytest.approx(24 + 0.9 * 48), 48.0, 0.5, 2, 1.0, 1, None, None, None,
    )  # fmt: skip
    assert step("all", 2)[3:8] == (24.0, None, 0, None, 0)
    assert step("all", 4)[0] == 0


def test_map_has_a_row_for_every_declared_step_when_there_is_no_data(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("marts.mart_touchpoint_impact")
    warehouse.build(f"{JOURNEY_MODELS} {MAP}")
    (declared,) = warehouse.rows(
        "select (select count(*) from reference.journeys)"
        " + (select count(*) from reference.journey_steps)"
    )
    assert warehouse.rows(
        "select count(*), sum(instances), count(share_of_start), max(segment)"
        " from marts.mart_journey_map"
    ) == [(*declared, 0, 0, "all")]
