"""The stream of interactions: nothing lost, nothing guessed, nothing from after the as-of date."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.dbt.conftest import PROJECT_DIR, MakeWarehouse, Warehouse

AS_OF = date(2026, 1, 31)
LATER = datetime(2026, 2, 1)
MODELS = "int_interactions_derived int_interactions_mapped fct_interactions"


def interaction(number: int, event_name: str, **columns: Any) -> dict[str, Any]:
    return {
        "source_name": "web",
        "interaction_id": str(number),
        "event_name": event_name,
        "occurred_at": datetime(2026, 1, 5, 12),
        **columns,
    }


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    made = make_warehouse(as_of=AS_OF)
    made.put(
        "reference.touchpoint_events",
        [
            {"source_name": "*", "event_name": "page", "touchpoint_id": "website_visit"},
            {"source_name": "web", "event_name": "page", "touchpoint_id": "pricing_view"},
        ],
    )
    return made


def test_touchpoints_come_from_the_source_s_own_row_first(warehouse: Warehouse) -> None:
    warehouse.put(
        "core.int_interactions_unioned",
        [
            interaction(1, "page"),
            interaction(2, "page", source_name="shop"),
            interaction(3, "never seen"),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select interaction_id, touchpoint_id from core.fct_interactions order by interaction_id"
    ) == [("shop:2", "website_visit"), ("web:1", "pricing_view"), ("web:3", "unmapped")]
    warehouse.test("assert_interactions_reconcile_with_streams")
    # The unknown event stops nothing, and is listed by its source and name.
    warehouse.test("assert_every_event_has_a_touchpoint")
    report = (PROJECT_DIR / "tests" / "assert_every_event_has_a_touchpoint.sql").read_text()
    listed = warehouse.compile(report.replace("{{ config(severity='warn') }}", ""))
    assert warehouse.rows(listed) == [("web", "never seen", 1)]


def test_duration_is_null_and_flagged_when_the_end_lies_before_the_start(
    warehouse: Warehouse,
) -> None:
    warehouse.put(
        "core.int_interactions_unioned",
        [
            interaction(1, "page", ended_at=datetime(2026, 1, 5, 12, 0, 30)),
            interaction(2, "page", ended_at=datetime(2026, 1, 5, 11), duration_seconds=9.0),
            interaction(3, "page", duration_seconds=-4.0),
            interaction(4, "page", duration_seconds=7.5),
            interaction(5, "page"),
            interaction(6, "page", ended_at=LATER),
        ],
    )
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select interaction_id, duration_seconds, is_time_inverted, ended_at is not null"
        " from core.fct_interactions order by interaction_id"
    ) == [
        ("web:1", 30.0, False, True),
        ("web:2", None, True, True),
        ("web:3", None, False, False),
        ("web:4", 7.5, False, False),
        ("web:5", None, False, False),
        ("web:6", None, False, False),
    ]


def test_facts_become_interactions_up_to_the_as_of_date(warehouse: Warehouse) -> None:
    opened = datetime(2026, 1, 30, 9)
    warehouse.put(
        "core.int_identities_unioned",
        [{"source_name": "desk", "source_record_id": "1", "identity_type": "email",
          "identity_value": "a@x.org", "observed_at": opened}],
    )  # fmt: skip
    known = {"source_name": "desk", "customer_key_type": "email", "customer_key": "a@x.org"}
    warehouse.put(
        "core.int_tickets_unioned",
        [{**known, "ticket_id": "1", "opened_at": opened, "status": "solved",
          "first_replied_at": datetime(2026, 1, 31, 23), "solved_at": LATER}],
    )  # fmt: skip
    warehouse.put(
        "core.int_ticket_events_unioned",
        [{"source_name": "desk", "ticket_event_id": kind, "ticket_id": "1", "occurred_at": opened,
          "event_type": kind} for kind in ("opened", "reopened", "transferred")],
    )  # fmt: skip
    warehouse.put(
        "core.int_orders_unioned",
        [{**known, "order_id": "7", "ordered_at": opened, "status": "delivered",
          "approved_at": opened, "shipped_at": datetime(2026, 1, 31), "delivered_at": LATER,
          "refund_amount": 5}],
    )  # fmt: skip
    warehouse.put(
        "core.int_subscriptions_unioned",
        [{**known, "subscription_change_id": "c", "subscription_id": "s", "changed_at": opened,
          "change_type": "started"}],
    )  # fmt: skip
    warehouse.put(
        "core.int_survey_answers_unioned",
        [{**known, "answer_id": f"{n}", "response_id": "r", "survey_id": "support",
          "question_id": "csat", "answered_at": opened, "score": n} for n in (1, 9)],
    )  # fmt: skip
    warehouse.build(
        "int_customer_identities fct_tickets fct_ticket_events fct_orders fct_feedback"
        f" fct_subscription_changes fct_survey_answers {MODELS}"
    )
    assert warehouse.rows(
        "select interaction_id, touchpoint_id, occurred_at from core.fct_interactions"
        " order by interaction_id"
    ) == [
        ("desk:1#ticket_first_reply", "support_reply", datetime(2026, 1, 31, 23)),
        ("desk:1#ticket_opened", "support_contact", opened),
        ("desk:7#order_approved", "payment_approval", opened),
        ("desk:7#order_placed", "order_placed", opened),
        ("desk:7#order_shipped", "order_dispatch", datetime(2026, 1, 31)),
        ("desk:c#subscription_started", "subscription_start", opened),
        ("desk:r#survey_completed", "survey_response", opened),
        ("desk:reopened#ticket_reopened", "support_reopen", opened),
        ("desk:transferred#ticket_transferred", "support_transfer", opened),
    ]
    assert warehouse.rows(
        "select count(*) from core.fct_interactions where customer_id is null"
    ) == [(0,)]
    assert warehouse.rows(
        "select status, solved_at, first_reply_hours, resolution_hours from core.fct_tickets"
    ) == [("open", None, 38.0, None)]
    assert warehouse.rows("select status, delivered_at, refund_amount from core.fct_orders") == [
        ("shipped", None, None)
    ]
    assert warehouse.rows(
        "select metric, touchpoint_id, is_on_scale from core.fct_survey_answers order by score"
    ) == [("CSAT", "support_resolution", True), ("CSAT", "support_resolution", False)]


def test_changes_of_a_subscription_follow_each_other(make_warehouse: MakeWarehouse) -> None:
    made = make_warehouse(as_of=AS_OF)
    first, second = datetime(2026, 1, 1), datetime(2026, 1, 9)
    made.put(
        "core.int_subscriptions_unioned",
        [
            {"source_name": "b", "subscription_id": "s", "subscription_change_id": number,
             "changed_at": when, "change_type": kind, "mrr_amount": amount}
            for number, when, kind, amount in [
                ("3", second, "ended", 50), ("4", second, "cancelled", 50),
                ("1", first, "started", 40), ("2", second, "upgraded", 50),
            ]
        ],
    )  # fmt: skip
    made.build("fct_subscription_changes")
    assert made.rows(
        "select subscription_change_id, status, mrr_amount, previous_mrr_amount, valid_to"
        " from core.fct_subscription_changes order by changed_at, mrr_amount desc, change_type"
    ) == [
        ("b:1", "active", 40, None, second),
        ("b:2", "active", 50, 40, second),
        ("b:4", "cancelled", 0, 50, second),
        ("b:3", "cancelled", 0, 0, None),
    ]


def test_solution_is_told_when_it_did_not_hold(make_warehouse: MakeWarehouse) -> None:
    """The ticket tells its last solution alone; without the first nothing would be done again."""
    warehouse = make_warehouse()
    steps = [
        (1, "opened"), (2, "solved"), (3, "solved"), (4, "transferred"), (5, "reopened"),
        (6, "solved"), (7, "reopened"), (8, "solved"),
    ]  # fmt: skip
    warehouse.put(
        "core.int_tickets_unioned",
        [{"source_name": "desk", "ticket_id": "1", "opened_at": datetime(2026, 1, 1),
          "solved_at": datetime(2026, 1, 8)},
         # A desk that keeps the first solution has told it already.
         {"source_name": "desk", "ticket_id": "2", "opened_at": datetime(2026, 1, 1),
          "solved_at": datetime(2026, 1, 2)}],
    )  # fmt: skip
    warehouse.put(
        "core.int_ticket_events_unioned",
        [{"source_name": "desk", "ticket_event_id": f"{ticket}/{day}", "ticket_id": ticket,
          "occurred_at": datetime(2026, 1, day), "event_type": kind}
         for ticket, told in (("1", steps), ("2", [(2, "solved"), (5, "reopened")]))
         for day, kind in told],
    )  # fmt: skip
    warehouse.build(f"fct_tickets fct_ticket_events {MODELS}")
    assert warehouse.rows(
        "select related_id, occurred_at from core.fct_interactions"
        " where touchpoint_id = 'support_resolution' order by all"
    ) == [
        ("desk:1", datetime(2026, 1, 3)),
        ("desk:1", datetime(2026, 1, 6)),
        ("desk:1", datetime(2026, 1, 8)),
        ("desk:2", datetime(2026, 1, 2)),
    ]
