"""The case queue against a calendar walked day by day, and each rule at its threshold."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from tests.dbt.conftest import PROJECT_DIR, MakeWarehouse, Warehouse
from tests.dbt.scored import add_inputs, put_customers

AS_OF = date(2026, 6, 30)
SEEDS = PROJECT_DIR / "seeds"
QUEUE = (
    "int_revenue_items "
    "int_customer_values int_customer_activity int_customer_voice int_customer_service "
    "mart_segments mart_churn_risk mart_contact_permissions mart_upsell_opportunities "
    "int_business_calendar int_business_time_index int_case_signals mart_case_queue"
)

MakeQueue = Callable[[], Warehouse]


@pytest.fixture
def make_queue(make_warehouse: MakeWarehouse) -> Callable[..., Warehouse]:
    """Give a warehouse of one customer, ready for facts; the test builds ``QUEUE`` itself."""

    def make(as_of: date = AS_OF) -> Warehouse:
        return put_customers(add_inputs(make_warehouse(as_of=as_of)), ["a", "b"])

    return make


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def walk_to_due(opened_at: datetime, hours: int) -> datetime:
    """Spend business hours day by day, the slow and obvious way."""
    open_hours = {
        int(row["weekday"]): (int(row["opens_at"][:2]), int(row["closes_at"][:2]))
        for row in seed("service/service_calendars")
        if row["calendar_id"] == "office"
    }
    holidays = {date.fromisoformat(row["holiday_date"]) for row in seed("service/service_holidays")}
    left = timedelta(hours=hours)
    day = opened_at.date()
    while True:
        if day.isoweekday() in open_hours and day not in holidays:
            opens, closes = (
                datetime.combine(day, time(hour)) for hour in open_hours[day.isoweekday()]
            )
            begins = min(max(opens, opened_at), closes) if day == opened_at.date() else opens
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        day += timedelta(days=1)


def answer(number: int, metric: str, score: float, answered_at: datetime) -> dict[str, Any]:
    survey = {
        "NPS": ("relationship", "nps"),
        "CSAT": ("support", "csat"),
        "CES": ("support", "ces"),
    }
    return {
        "answer_id": f"s:{number}",
        "response_id": f"s:r{number}",
        "survey_id": survey[metric][0],
        "question_id": survey[metric][1],
        "metric": metric,
        "customer_id": "a",
        "answered_at": answered_at,
        "score": score,
        "is_on_scale": True,
        "source_name": "s",
    }


def test_due_times_match_a_walked_calendar_when_opened_at_any_time(
    make_queue: Callable[..., Warehouse],
) -> None:
    as_of = date(2026, 4, 12)
    draw = random.Random(11)
    begin = datetime(2026, 3, 30)
    moments = [begin + timedelta(seconds=draw.randrange(14 * 86400)) for _ in range(200)]
    edges = [datetime(2026, 4, day, hour) for day in range(1, 13) for hour in (0, 9, 17)]
    warehouse = make_queue(as_of)
    warehouse.put(
        "core.fct_survey_answers",
        [answer(number, "NPS", 0, at) for number, at in enumerate(moments + edges)],
    )
    warehouse.build(QUEUE)
    (hours,) = (
        int(row["due_business_hours"])
        for row in seed("actions/alert_rules")
        if row["rule_id"] == "low_nps"
    )
    found = warehouse.rows("select opened_at, due_at, status from marts.mart_case_queue")
    assert len(found) == len(moments + edges)
    for opened_at, due_at, status in found:
        assert due_at == walk_to_due(opened_at, hours), opened_at
        assert status == ("overdue" if due_at < datetime(2026, 4, 13) else "new")


def test_rules_open_cases_at_their_thresholds_and_not_beyond(
    make_queue: Callable[..., Warehouse],
) -> None:
    at = datetime(2026, 6, 25, 10)
    warehouse = make_queue()
    warehouse.put(
        "core.fct_survey_answers",
        [
            answer(1, "NPS", 6, at),
            answer(2, "NPS", 7, at),
            answer(3, "NPS", 9, at),
            answer(4, "CSAT", 2, at),
            answer(5, "CSAT", 3, at),
            answer(6, "CES", 1, at),
            answer(7, "NPS", 0, datetime(2026, 6, 16, 23, 59)),
            answer(8, "NPS", 0, datetime(2026, 6, 17)),
            {**answer(9, "NPS", 0, at), "customer_id": None},
        ],
    )
    comment = {"customer_id": "a", "occurred_at": at, "is_scored": True, "sentiment": "negative"}
    warehouse.put(
        "marts.fct_comment_signals",
        [
            {
                **comment,
                "feedback_id": "f:1",
                "emotional_intensity": 0.5,
                "actionability": "response_needed",
            },
            {
                **comment,
                "feedback_id": "f:2",
                "emotional_intensity": 0.49,
                "actionability": "response_needed",
            },
            {**comment, "feedback_id": "f:3", "emotional_intensity": 0.9, "actionability": "other"},
            {
                **comment,
                "feedback_id": "f:4",
                "emotional_intensity": 0.9,
                "actionability": "response_needed",
                "sentiment": "positive",
            },
        ],
    )
    # The window of 30 days is filled by the third ticket; the fourth belongs to the same run. The
    # tickets of b lie too far apart.
    opened = [
        datetime(2026, 6, 1),
        datetime(2026, 6, 10),
        datetime(2026, 6, 20),
        datetime(2026, 6, 21),
    ]
    warehouse.put(
        "core.fct_tickets",
        [
            {
                "ticket_id": f"h:{number}",
                "customer_id": "a",
                "opened_at": moment,
                "solved_at": moment,
            }
            for number, moment in enumerate(opened)
        ]
        + [
            {
                "ticket_id": f"h:b{number}",
                "customer_id": "b",
                "opened_at": moment,
                "solved_at": moment,
            }
            for number, moment in enumerate(
                [datetime(2026, 5, 1), datetime(2026, 5, 20), datetime(2026, 6, 5)]
            )
        ]
        + [
            {
                "ticket_id": "h:waits",
                "customer_id": "b",
                "opened_at": datetime(2026, 4, 1),
                "reopen_count": 1,
            },
            {
                "ticket_id": "h:again",
                "customer_id": "b",
                "opened_at": datetime(2026, 3, 1),
                "solved_at": datetime(2026, 6, 27),
                "reopen_count": 1,
            },
        ],
    )
    reopened = {"event_type": "reopened", "occurred_at": datetime(2026, 6, 26)}
    warehouse.put(
        "core.fct_ticket_events",
        [
            {"ticket_event_id": "h:e1", "ticket_id": "h:waits", **reopened},
            {"ticket_event_id": "h:e2", "ticket_id": "h:again", **reopened},
        ],
    )
    payment = {"customer_id": "a", "source_name": "p", "touchpoint_id": "payment_failure"}
    warehouse.put(
        "core.fct_interactions",
        [
            {
                **payment,
                "interaction_id": "p:1",
                "occurred_at": datetime(2026, 6, 22),
                "related_id": "i1",
            },
            {
                **payment,
                "interaction_id": "p:2",
                "occurred_at": datetime(2026, 6, 24),
                "related_id": "i1",
            },
            {
                **payment,
                "interaction_id": "p:3",
                "occurred_at": datetime(2026, 6, 22),
                "customer_id": "b",
            },
            {
                **payment,
                "interaction_id": "p:4",
                "occurred_at": datetime(2026, 6, 23),
                "customer_id": "b",
                "touchpoint_id": "invoice_payment",
            },
        ],
    )
    warehouse.build(QUEUE)
    found = warehouse.rows("select rule_id, customer_id, opened_at from marts.mart_case_queue")
    assert sorted(found) == [
        ("low_csat", "a", at),
        ("low_nps", "a", datetime(2026, 6, 17)),
        ("low_nps", "a", at),
        ("payment_failure", "a", datetime(2026, 6, 22)),
        ("promoter", "a", at),
        ("reopened_ticket", "b", datetime(2026, 6, 26)),
        ("repeated_tickets", "a", datetime(2026, 6, 20)),
        ("very_negative_comment", "a", at),
    ]


def test_cases_keep_their_id_and_due_time_when_the_next_day_is_run(
    make_queue: Callable[..., Warehouse],
) -> None:
    at = datetime(2026, 6, 27, 10)
    answers = [answer(1, "NPS", 0, at), answer(2, "CSAT", 1, at)]
    runs = []
    for as_of in (date(2026, 6, 29), date(2026, 6, 30)):
        warehouse = make_queue(as_of)
        warehouse.put("core.fct_survey_answers", answers)
        warehouse.build(QUEUE)
        runs.append(
            warehouse.rows("select case_id, due_at from marts.mart_case_queue order by case_id")
        )
    assert len(runs[0]) == 2
    assert runs[0] == runs[1]
