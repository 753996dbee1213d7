"""The journey map: times, satisfaction and effort per step and segment, worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.journeys.stories import JOURNEY_MODELS, PLAIN, STEPS, TEMPLATE, declare, load, story

MAP = (
    "int_scored_answers int_survey_verdicts int_journey_satisfaction int_touchpoint_mentions"
    f" {STEPS} mart_journey_map"
)
VOICE = ("marts.mart_touchpoint_impact", "marts.fct_comment_signals", "marts.bridge_comment_themes")
ANSWERED = datetime(2026, 2, 1)


def map_warehouse(make_warehouse: MakeWarehouse, **variables: object) -> Warehouse:
    warehouse = make_warehouse(TEMPLATE, variables=variables)
    for relation in VOICE:
        warehouse.relation(relation)
    return warehouse


def test_map_shows_times_and_scores_of_each_step(make_warehouse: MakeWarehouse) -> None:
    warehouse = map_warehouse(make_warehouse)
    declare(warehouse, PLAIN)
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
            f" and period_grain = 'all' and step_number = {number}"
        )
        return row

    def near(hours: float) -> object:
        return pytest.approx(hours, rel=0.02)

    # Logins after 24, 48, 72 and 144 hours; of the nearest rank the median is the second of them.
    assert step("all", 1) == (
        4, near(48), near(144), near(48), 0.5, 4, 0.5, 2, 0.2, 0.3, 10,
    )  # fmt: skip
    assert step("s0", 1) == (
        2, near(24), near(72), near(24), 0.5, 2, 1.0, 1, None, None, None,
    )  # fmt: skip
    assert step("all", 0)[1:4] == (0.0, 0.0, None)
    assert step("all", 2)[3:8] == (near(24), None, 0, None, 0)
    assert step("all", 4)[0] == 0


def test_map_has_a_row_for_every_declared_step_when_there_is_no_data(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = map_warehouse(make_warehouse)
    warehouse.build(f"{JOURNEY_MODELS} {MAP}")
    (declared,) = warehouse.rows(
        "select (select count(*) from reference.journeys)"
        " + (select count(*) from reference.journey_steps)"
    )
    assert warehouse.rows(
        "select count(*), sum(instances), count(share_of_start), max(segment)"
        " from marts.mart_journey_map"
    ) == [(*declared, 0, 0, "all")]


def test_map_holds_the_companys_view_against_what_customers_say(
    make_warehouse: MakeWarehouse,
) -> None:
    """Eight customers: four liked the first step, and of these three the whole; of the rest one."""
    warehouse = map_warehouse(make_warehouse, minimum_sample_size=8, journey_survey_days=14)
    declare(warehouse, PLAIN)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(
            "update reference.journey_steps set expected_hours = 24, rated_importance = 4,"
            " rated_performance = 5 where touchpoint_id = 'first_login'"
        )
    names = [f"c{number}" for number in range(8)]
    events = [
        event
        for name in names
        for event in story("S0 a2 b3 E4" if name == "c7" else "S0 a1 b2 E4", name)
    ]
    load(warehouse, events)
    start = min(event.occurred_at for event in events)
    warehouse.clear("reference.survey_questions")
    scale = {"scale_minimum": 1, "scale_maximum": 5, "direction": "higher_is_better"}
    warehouse.put(
        "reference.survey_questions",
        [{"survey_id": "v", "question_id": "q", "metric": "OSAT", **scale}],
    )
    happy = {"first_login": set(names[:4]), "first_report": {"c0", "c1", "c2", "c4"}}
    warehouse.put(
        "core.fct_survey_answers",
        [
            {"answer_id": f"{touchpoint}{name}", "survey_id": "v", "question_id": "q",
             "metric": "OSAT", "score": 5 if name in content else 1, "customer_id": name,
             "touchpoint_id": touchpoint, "is_on_scale": True,
             "answered_at": start + timedelta(days=days)}
            for (touchpoint, content), days in zip(happy.items(), (3, 5), strict=True)
            for name in names
        ],
    )  # fmt: skip
    said = [
        ("c0", "positive", 1), ("c1", "negative", 3), ("c2", "negative", 17),
        ("c3", "negative", 19), ("c4", "negative", -1), (None, "negative", 2),
    ]  # fmt: skip
    warehouse.put(
        "marts.fct_comment_signals",
        [
            {"feedback_id": f"f{number}", "respondent_id": name or "somebody", "customer_id": name,
             "touchpoint_id": "first_login", "sentiment": sentiment,
             "occurred_at": start + timedelta(days=days)}
            for number, (name, sentiment, days) in enumerate(said)
        ],
    )  # fmt: skip
    warehouse.put(
        "marts.bridge_comment_themes",
        [{"feedback_id": f"f{number}", "theme_id": "money"} for number in (1, 2, 5)]
        + [{"feedback_id": f"f{number}", "theme_id": "product"} for number in (0, 3)],
    )
    warehouse.build(f"{JOURNEY_MODELS} {MAP}")
    (row,) = warehouse.rows(
        "select late_share, satisfaction, journey_satisfaction, journey_satisfaction_n, importance,"
        " importance_method, importance_n, importance_gap, performance_gap, performance_gap_rank,"
        " own_comment_count, positive_comment_share, negative_comment_share, strength_theme,"
        " strength_respondents, pain_point_theme, pain_point_respondents"
        " from marts.mart_journey_map where segment = 'all' and period_grain = 'all'"
        " and touchpoint_id = 'first_login'"
    )
    # phi = (8 x 3 - 4 x 4) / (4 x 4); the company's 5 of 5 stands against one half satisfied.
    assert row[:10] == (
        0.125, 0.5, 0.5, 8, pytest.approx(0.5), "satisfaction_satisfaction", 8, 0.0, 0.5, 1,
    )  # fmt: skip
    # Said between the start and two weeks after the end on the fourth day, by known customers.
    assert row[10:13] == (3, pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert row[13:] == ("Product", 1, "Money", 3)
    months = warehouse.rows(
        "select period_start, importance, satisfaction_n from marts.mart_journey_map"
        " where segment = 'all' and period_grain = 'month' and touchpoint_id = 'first_login'"
    )
    assert [month[1:] for month in months] == [(pytest.approx(0.5), 8)]
