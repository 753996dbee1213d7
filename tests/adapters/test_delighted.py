"""Delighted: the CSV download and the API's JSON."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .conftest import Adapters, write_csv, write_json

SOURCE = "delighted"
VARIABLES = {"external_id_types": {"delighted": "crm_account_id"}}
ANSWERED = 1_778_750_000  # 2026-05-14 09:13:20 UTC


def land(folder: Path) -> None:
    write_csv(
        folder / "responses" / "delighted-export.csv",
        [
            "ID", "Survey type", "Score", "Comment", "Person ID", "Person email", "Person name",
            "Created at", "Updated at", "Delighted Source", "Customer ID", "plan",
        ],
        [
            ["c1", "NPS", 10, "Love it", "p1", "Ada@Example.com", "Ada Bell",
             "2026-05-14 09:00:00 UTC", None, "Email", "acme-7", "pro"],
            ["c2", "5-star", 2, " ", "p2", None, None, "2026-05-14T09:00:00Z", None, "Web", None,
             None],
            ["c3", "NPS", 11, "Off the scale", "p3", None, None, "2026-05-14 09:00:00 UTC", None,
             "Email", None, None],
            ["c4", "NPS", 7, "When?", "p4", None, None, "soon", None, "Email", None, None],
            [None, "NPS", 7, "Who?", "p4", None, None, "2026-05-14 09:00:00 UTC", None, "Email",
             None, None],
            ["c6", "CSAT", 9, None, "p5", None, None, "2026-05-14 09:00:00 UTC", None, "SMS", None,
             None],
        ],
    )  # fmt: skip
    further = [
        {
            "id": "9",
            "value": {"free_response": "Too slow", "scale": None, "select_one": None},
            "question": {"id": "q_why", "type": "free_response", "text": "Why?"},
        },
        {
            "id": "10",
            "value": {"free_response": None, "scale": 4, "select_one": None},
            "question": {"id": "q_value", "type": "scale", "text": "Worth its price?"},
        },
    ]
    write_json(
        folder / "responses" / "page_1.json",
        [
            {
                "id": "j1",
                "person": {"id": "p9", "email": "ben@example.com", "name": None},
                "survey_type": "thumbs",
                "score": 1,
                "comment": None,
                "created_at": ANSWERED,
                "updated_at": None,
                "person_properties": {"Delighted Source": "iOS SDK", "customer_id": 77},
                "additional_answers": further,
                "tags": [],
            },
            {
                "id": "j2",
                "person": "p10",
                "survey_type": "nps",
                "score": 6,
                "comment": "Meh",
                "created_at": ANSWERED,
                "updated_at": ANSWERED + 60,
                "person_properties": {},
                "additional_answers": [],
            },
        ],
    )
    write_json(
        folder / "people" / "people.json",
        [
            {
                "id": "p10",
                "name": "Cleo Okafor",
                "email": "cleo@example.com",
                "phone_number": "+442079460999",
                "created_at": ANSWERED - 86_400,
                "last_sent_at": ANSWERED - 3_600,
            }
        ],
    )
    write_json(
        folder / "unsubscribes" / "unsubscribes.json",
        [
            {
                "person_id": "p10",
                "email": "cleo@example.com",
                "name": "Cleo Okafor",
                "unsubscribed_at": ANSWERED + 120,
            }
        ],
    )


def test_both_shapes_are_scores_on_the_scale_of_their_survey(adapters: Adapters) -> None:
    assert adapters.rows(
        "select response_id, survey_id, metric, score, is_on_scale, channel_id, answered_at"
        " from core.fct_survey_answers where source_name = 'delighted' and question_id = 'score'"
        " order by response_id"
    ) == [
        ("delighted:c1", "delighted_nps", "NPS", 10, True, "email", datetime(2026, 5, 14, 9)),
        ("delighted:c2", "delighted_stars_five", "OSAT", 2, True, "web", datetime(2026, 5, 14, 9)),
        ("delighted:c6", "delighted_csat", "CSAT", 9, False, "sms", datetime(2026, 5, 14, 9)),
        ("delighted:j1", "delighted_thumbs", "CSAT", 1, True, "in_app",
         datetime(2026, 5, 14, 9, 13, 20)),
        ("delighted:j2", "delighted_nps", "NPS", 6, True, None, datetime(2026, 5, 14, 9, 13, 20)),
    ]  # fmt: skip


def test_comments_and_free_text_are_direct_feedback(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, rating, feedback_kind, is_solicited from core.fct_feedback"
        " where source_name = 'delighted' order by comment_text"
    ) == [
        ("Love it", 10, "direct", True),
        ("Meh", 6, "direct", True),
        ("Too slow", 1, "direct", True),
    ]


def test_further_questions_are_answers_that_the_register_is_asked_for(adapters: Adapters) -> None:
    assert adapters.rows(
        "select question_id, metric, score from core.fct_survey_answers"
        " where response_id = 'delighted:j1' and question_id <> 'score' order by question_id"
    ) == [("q_value", None, 4), ("q_why", None, None)]


def test_bad_rows_are_quarantined_with_their_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "responses") == [
        ("created_at", "bad_type"),
        ("response_id", "missing_value"),
        ("score", "out_of_range"),
    ]
    load = adapters.loads["delighted__responses"]
    assert (load.rows_in, load.rows_loaded, load.rows_quarantined) == (8, 5, 3)


def test_persons_are_known_by_every_key_they_come_with(adapters: Adapters) -> None:
    assert adapters.rows(
        "select source_record_id, identity_type, identity_value"
        " from staging.stg_delighted__identities"
        " where source_record_id in ('response:c1', 'response:j1') order by all"
    ) == [
        ("response:c1", "crm_account_id", "acme-7"),
        ("response:c1", "delighted_person_id", "p1"),
        ("response:c1", "email", "ada@example.com"),
        ("response:j1", "crm_account_id", "77"),
        ("response:j1", "delighted_person_id", "p9"),
        ("response:j1", "email", "ben@example.com"),
    ]
    (customer,) = adapters.row(
        "select customer_id from core.fct_feedback where comment_text = 'Meh'"
    )
    assert adapters.rows(
        "select customer_id, purpose, is_granted, updated_at from core.fct_consents"
        " where source_name = 'delighted'"
    ) == [(customer, "survey", False, datetime(2026, 5, 14, 9, 15, 20))]
    assert customer is not None
