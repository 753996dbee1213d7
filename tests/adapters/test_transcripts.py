"""Transcripts of calls and chats, one conversation a line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .conftest import Adapters, write_json_lines

SOURCE = "transcripts"


def land(folder: Path) -> None:
    call: dict[str, object] = {
        "call_id": "v1",
        "media_type": "Call",
        "start_time": "2026-05-14T11:00:00+02:00",
        "answer_time": "2026-05-14T11:02:30+02:00",
        "end_time": "2026-05-14T11:20:00+02:00",
        "queue_name": "Billing",
        "wait_seconds": 150,
        "hold_time": 95.5,
        "transfers": [{"offset_seconds": 600, "to": "Second line", "agent_id": "g2"}],
        "agent_id": "g1",
        "participants": [
            {"id": "1", "role": "agent"},
            {"id": "2", "role": "customer", "phone": "+44 20 7946 0999"},
        ],
        "turns": [
            {"speaker": "1", "time": 0, "text": "How can I help?"},
            {"speaker": "2", "time": 4, "text": "I was charged twice."},
            {"speaker": "1", "time": 9, "text": "Let me see."},
            {"speaker": "2", "time": 300, "text": "This is the third call!"},
        ],
        "sentiment_score": -0.4,
    }
    chat: dict[str, object] = {
        "conversation_id": "w1",
        "channel": "chat",
        "started_at": 1_778_750_000,
        "ended_at": 1_778_750_300,
        "queue_seconds": 0,
        "participants": [{"role": "visitor", "email": " Ada@Example.com "}],
        "turns": [
            {"speaker": "bot", "text": "Hello"},
            {"speaker": "visitor", "text": "Where is my order?"},
        ],
        "ticket_id": "77",
        "ticket_source": "zendesk",
        "transfers": [{"offset_seconds": 60, "to": "Orders"}],
    }
    write_json_lines(
        folder / "conversations" / "2026-05-14.jsonl",
        [
            call,
            chat,
            call | {"call_id": "v2", "outcome": "abandoned", "answer_time": None, "turns": [],
                    "hold_time": 0, "transfers": None, "participants": []},
            call | {"call_id": "v3", "start_time": "eleven"},
            call | {"call_id": None},
            call | {"call_id": "v4", "hold_time": -3},
        ],
    )  # fmt: skip


def test_what_the_customer_said_is_one_indirect_comment(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, feedback_kind, is_solicited, channel_id, occurred_at"
        " from core.fct_feedback where source_name = 'transcripts' order by comment_text"
    ) == [
        ("I was charged twice. This is the third call!", "indirect", False, "phone",
         datetime(2026, 5, 14, 9)),
        ("Where is my order?", "indirect", False, "chat", datetime(2026, 5, 14, 9, 13, 20)),
    ]  # fmt: skip


def test_waits_holds_and_hand_overs_are_interactions_with_touchpoints(adapters: Adapters) -> None:
    assert adapters.rows(
        "select interaction_id, event_name, touchpoint_id, occurred_at, duration_seconds, team"
        " from core.fct_interactions where related_type = 'conversation'"
        " and related_id in ('transcripts:v1', 'transcripts:w1') order by interaction_id"
    ) == [
        ("transcripts:v1", "phone_held", "support_contact", datetime(2026, 5, 14, 9), 1200,
         "Billing"),
        ("transcripts:v1:hold", "put_on_hold", "support_wait", datetime(2026, 5, 14, 9, 2, 30),
         95.5, "Billing"),
        ("transcripts:v1:queue", "waited_in_queue", "support_wait", datetime(2026, 5, 14, 9), 150,
         "Billing"),
        ("transcripts:v1:transfer:1", "conversation_transferred", "support_transfer",
         datetime(2026, 5, 14, 9, 10), None, "Second line"),
        ("transcripts:w1", "chat_held", "support_contact", datetime(2026, 5, 14, 9, 13, 20), 300,
         None),
    ]  # fmt: skip
    assert adapters.rows(
        "select event_name, outcome from core.fct_interactions where interaction_id like ?"
        " order by event_name",
        "transcripts:v2%",
    ) == [("phone_abandoned", "abandoned"), ("waited_in_queue", None)]


def test_a_hand_over_with_a_ticket_is_an_event_of_that_ticket(adapters: Adapters) -> None:
    assert adapters.rows(
        "select ticket_id, event_type, occurred_at, team from core.fct_ticket_events"
        " where ticket_event_id = 'zendesk:transcripts:w1:transfer:1'"
    ) == [("zendesk:77", "transferred", datetime(2026, 5, 14, 9, 14, 20), "Orders")]


def test_customers_are_known_by_phone_or_mail(adapters: Adapters) -> None:
    assert adapters.rows(
        "select source_record_id, identity_type, identity_value"
        " from staging.stg_transcripts__identities order by all"
    ) == [
        ("conversation:v1", "phone", "+44 20 7946 0999"),
        ("conversation:w1", "email", "ada@example.com"),
    ]


def test_bad_rows_are_quarantined_and_unknown_keys_kept(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "conversations") == [
        ("conversation_id", "missing_value"),
        ("hold_seconds", "out_of_range"),
        ("started_at", "bad_type"),
    ]
    assert adapters.row(
        "select json_extract_string(_extra, '$.sentiment_score')"
        " from raw.transcripts__conversations where conversation_id = 'v1'"
    ) == ("-0.4",)
