"""Zendesk: incremental exports and list endpoints as JSON, and a replication tool's tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .conftest import Adapters, copy_replica, write_json, write_json_lines

SOURCE = "zendesk"
VARIABLES = {"external_id_types": {"zendesk": "crm_account_id"}}
REPLICA = {
    "ticket_data.csv": "tickets/replica.csv",
    "ticket_comment_data.csv": "ticket_comment/replica.csv",
    "ticket_field_history_data.csv": "ticket_field_history/replica.csv",
    "user_data.csv": "user/replica.csv",
    "organization_data.csv": "organization/replica.csv",
    "group_data.csv": "group/replica.csv",
    "ticket_chat_data.csv": "ticket_chat/replica.csv",
    "ticket_chat_event_data.csv": "ticket_chat_event/replica.csv",
}


def ticket(number: int, **other: object) -> dict[str, object]:
    """Give a ticket of the incremental export; what is not said is ordinary."""
    return {
        "id": number,
        "created_at": "2026-05-01T09:00:00Z",
        "updated_at": "2026-05-03T09:00:00Z",
        "status": "open",
        "priority": "normal",
        "type": "problem",
        "subject": "Heading",
        "description": f"Ticket {number} does not work",
        "requester_id": 21,
        "assignee_id": 11,
        "group_id": 31,
        "organization_id": 41,
        "via": {"channel": "email", "source": {"from": {"address": "ada@example.com"}}},
        "custom_fields": [{"id": 1, "value": None}],
    } | other


def page(name: str, records: list[dict[str, object]]) -> dict[str, object]:
    """Put records into a page as the incremental export does."""
    return {name: records, "count": len(records), "end_of_stream": True, "after_cursor": "x"}


def land(folder: Path) -> None:
    write_json(
        folder / "tickets" / "2026-05-02.json",
        page(
            "tickets",
            [
                ticket(1, updated_at="2026-05-02T09:00:00Z"),
                ticket(2, status="hold", via={"channel": "native_messaging"}, requester_id=22),
                ticket(3),
                ticket(4, created_at="in spring"),
                ticket(5, status="vanished"),
                ticket(6, requester_id=None),
            ],
        ),
    )
    write_json(
        folder / "tickets" / "2026-05-03.json",
        page(
            "tickets",
            [
                ticket(1, status="solved", updated_at="2026-05-04T10:00:00Z", assignee_id=12),
                ticket(3, status="deleted", updated_at="2026-05-04T10:00:00Z"),
            ],
        ),
    )
    land_history(folder)
    land_people(folder)
    land_ratings(folder)
    copy_replica(folder, "dbt_zendesk", REPLICA)


def land_history(folder: Path) -> None:
    def change(field: str, value: object, before: object) -> dict[str, object]:
        return {"type": "Change", "field_name": field, "value": value, "previous_value": before}

    def audit(number: int, at: str, author: int, *events: dict[str, object]) -> dict[str, object]:
        return {
            "id": number,
            "ticket_id": 1,
            "created_at": f"2026-05-{at}Z",
            "author_id": author,
            "events": list(events),
        }

    def comment(number: int, author: int, body: str, *, public: bool = True) -> dict[str, object]:
        return {
            "id": number,
            "type": "Comment",
            "author_id": author,
            "body": body,
            "public": public,
        }

    write_json(
        folder / "ticket_audits" / "audits.json",
        {
            "audits": [
                audit(
                    100, "01T09:00:00", 21,
                    {"type": "Create", "field_name": "status", "value": "new"},
                    {"type": "Create", "field_name": "group_id", "value": "31"},
                    comment(900, 21, "Ticket 1 does not work"),
                ),
                audit(101, "01T10:30:00", 11, comment(901, 11, "Have you tried again?")),
                audit(102, "01T10:31:00", 11, comment(902, 11, "Rude customer", public=False)),
                audit(103, "01T11:00:00", 11, change("group_id", "32", "31")),
                audit(104, "02T09:00:00", 12, change("status", "solved", "open")),
                audit(
                    105, "03T09:00:00", 21,
                    change("status", "open", "solved"),
                    comment(903, 21, "Still broken"),
                ),
                audit(106, "04T10:00:00", 12, change("status", "solved", "open")),
            ]
        },
    )  # fmt: skip
    write_json(
        folder / "ticket_metrics" / "metrics.json",
        {
            "ticket_metrics": [
                {
                    "id": 500,
                    "ticket_id": 2,
                    "updated_at": "2026-05-03T09:00:00Z",
                    "solved_at": None,
                    "reopens": 0,
                    "replies": 1,
                    "group_stations": 3,
                    "reply_time_in_minutes": {"calendar": 15, "business": 5},
                }
            ]
        },
    )
    write_json_lines(
        folder / "ticket_metric_events" / "events.jsonl",
        [
            {"id": 700, "ticket_id": 1, "metric": "reply_time", "instance_id": 1,
             "type": "fulfill", "time": "2026-05-01T10:29:30Z"},
            {"id": 701, "ticket_id": 1, "metric": "reply_time", "instance_id": 2,
             "type": "fulfill", "time": "2026-05-03T12:00:00Z"},
            {"id": 702, "ticket_id": 1, "metric": "reply_time", "instance_id": 1,
             "type": "activate", "time": "2026-05-01T09:00:00Z"},
        ],
    )  # fmt: skip


def land_people(folder: Path) -> None:
    def user(number: int, **other: object) -> dict[str, object]:
        return {
            "id": number,
            "role": "end-user",
            "active": True,
            "name": f"Person {number}",
            "email": f"person{number}@example.com",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        } | other

    write_json(
        folder / "users" / "users.json",
        page(
            "users",
            [
                user(11, role="agent"),
                user(12, role="admin"),
                user(21, email="Ada@Example.com", organization_id=41, external_id="acme-7"),
                user(22, phone="+44 20 7946 0999", organization_id=None),
                user(23),
            ],
        ),
    )
    write_json(
        folder / "users" / "users_later.json",
        page("users", [user(23, active=False, updated_at="2026-02-01T00:00:00Z")]),
    )
    write_json(
        folder / "organizations" / "organizations.json",
        page(
            "organizations",
            [
                {"id": 41, "name": "Acme", "external_id": None, "deleted_at": None,
                 "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"},
                {"id": 42, "name": "Gone", "deleted_at": "2026-03-01T00:00:00Z",
                 "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-03-01T00:00:00Z"},
            ],
        ),
    )  # fmt: skip
    write_json(
        folder / "groups" / "groups.json",
        {
            "groups": [
                {"id": 31, "name": "First line", "deleted": False,
                 "updated_at": "2026-01-01T00:00:00Z"},
                {"id": 32, "name": "Second line", "deleted": True,
                 "updated_at": "2026-01-01T00:00:00Z"},
            ]
        },
    )  # fmt: skip


def land_ratings(folder: Path) -> None:
    def rating(number: int, score: str, comment: str | None = None) -> dict[str, object]:
        return {
            "id": number,
            "ticket_id": 1,
            "requester_id": 21,
            "assignee_id": 12,
            "score": score,
            "comment": comment,
            "created_at": "2026-05-05T09:00:00Z",
            "updated_at": "2026-05-05T10:00:00Z",
        }

    write_json(
        folder / "satisfaction_ratings" / "ratings.json",
        {
            "satisfaction_ratings": [
                rating(801, "good", "Quick at last"),
                rating(802, "bad"),
                rating(803, "offered"),
                rating(804, "unoffered"),
                rating(805, "excellent"),
            ]
        },
    )
    at = {"created_at": "2026-05-06T09:00:00Z", "updated_at": "2026-05-06T09:05:00Z"}
    write_json(
        folder / "csat_survey_responses" / "responses.json",
        {
            "survey_responses": [
                {
                    "id": "S1",
                    "survey_id": "V1",
                    "survey_version": 2,
                    "expires_at": "2026-08-06T09:00:00Z",
                    "responder_id": 22,
                    "subjects": [{"id": "2", "type": "ticket", "zrn": "zen:ticket:2"}],
                    "answers": [
                        {"type": "rating_scale", "rating": 4, "rating_category": "good",
                         "question": {"id": "q1", "type": "rating_scale"}} | at,
                        {"type": "open_ended", "value": "Friendly",
                         "question": {"id": "q2", "type": "open_ended"}} | at,
                        {"type": "skipped", "question": {"id": "q3"}} | at,
                    ],
                }
            ]
        },
    )  # fmt: skip


def test_a_ticket_is_its_latest_version_and_a_deleted_one_is_gone(adapters: Adapters) -> None:
    assert adapters.rows(
        "select ticket_id, status, channel_id, team, agent_id, reason from core.fct_tickets"
        " where ticket_id in ('zendesk:1', 'zendesk:2', 'zendesk:3') order by ticket_id"
    ) == [
        ("zendesk:1", "solved", "email", "First line", "12", "problem"),
        ("zendesk:2", "pending", "chat", "First line", "11", "problem"),
    ]


def test_times_and_counts_come_from_the_best_that_was_exported(adapters: Adapters) -> None:
    assert adapters.rows(
        "select opened_at, first_replied_at, solved_at, reopen_count, transfer_count"
        " from core.fct_tickets where ticket_id in ('zendesk:1', 'zendesk:2') order by ticket_id"
    ) == [
        (datetime(2026, 5, 1, 9), datetime(2026, 5, 1, 10, 29, 30), datetime(2026, 5, 4, 10), 1, 1),
        (datetime(2026, 5, 1, 9), datetime(2026, 5, 1, 9, 15), None, 0, 2),
    ]


def test_changes_are_events_of_the_ticket(adapters: Adapters) -> None:
    assert adapters.rows(
        "select event_type, occurred_at, team from core.fct_ticket_events"
        " where ticket_id = 'zendesk:1' order by occurred_at, event_type"
    ) == [
        ("opened", datetime(2026, 5, 1, 9), None),
        ("replied", datetime(2026, 5, 1, 10, 30), None),
        ("transferred", datetime(2026, 5, 1, 11), "Second line"),
        ("solved", datetime(2026, 5, 2, 9), None),
        ("customer_replied", datetime(2026, 5, 3, 9), None),
        ("reopened", datetime(2026, 5, 3, 9), None),
        ("solved", datetime(2026, 5, 4, 10), None),
    ]
    assert adapters.rows(
        "select event_type, status from core.fct_ticket_events"
        " where ticket_id = 'zendesk:1' and status is not null order by occurred_at"
    ) == [("opened", "new"), ("solved", "solved"), ("reopened", "open"), ("solved", "solved")]


def test_both_surveys_are_csat_each_on_its_own_scale(adapters: Adapters) -> None:
    assert adapters.rows(
        "select survey_id, question_id, metric, score, is_on_scale, invitation_id"
        " from core.fct_survey_answers where source_name = 'zendesk' order by survey_id, score"
    ) == [
        ("zendesk_csat", "rating", "CSAT", 0, True, "zendesk:rating:802"),
        ("zendesk_csat", "rating", "CSAT", 1, True, "zendesk:rating:801"),
        ("zendesk_csat_5", "rating", "CSAT", 4, True, None),
    ]
    assert adapters.rows(
        "select invitation_id, completed_at from core.fct_survey_invitations"
        " where source_name = 'zendesk' order by invitation_id"
    ) == [
        ("zendesk:rating:801", datetime(2026, 5, 5, 10)),
        ("zendesk:rating:802", datetime(2026, 5, 5, 10)),
        ("zendesk:rating:803", None),
    ]


def test_asked_and_unasked_words_are_told_apart_and_notes_stay_out(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, feedback_kind, is_solicited, rating from core.fct_feedback"
        " where source_name = 'zendesk' and occurred_at > '2026-01-01' order by comment_text"
    ) == [
        ("Friendly", "direct", True, None),
        ("Quick at last", "direct", True, 1),
        ("Still broken", "indirect", False, None),
        ("Ticket 1 does not work", "indirect", False, None),
        ("Ticket 2 does not work", "indirect", False, None),
    ]


def test_bad_rows_are_quarantined_with_their_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "tickets")[:3] == [
        ("created_at", "bad_type"),
        ("requester_id", "missing_value"),
        ("status", "not_allowed"),
    ]
    assert adapters.quarantined(SOURCE, "satisfaction_ratings") == [("score", "not_allowed")]
    for load in adapters.loads.values():
        accounted = load.rows_loaded + load.rows_quarantined + load.rows_duplicate
        assert load.rows_in == accounted


def test_persons_of_an_organisation_are_one_customer(adapters: Adapters) -> None:
    assert adapters.rows(
        "select source_record_id, identity_type, identity_value"
        " from staging.stg_zendesk__identities"
        " where source_record_id in ('user:11', 'user:21', 'user:22', 'user:23') order by all"
    ) == [
        ("user:21", "crm_account_id", "acme-7"),
        ("user:21", "email", "ada@example.com"),
        ("user:21", "zendesk_organization_id", "41"),
        ("user:21", "zendesk_user_id", "21"),
        ("user:22", "email", "person22@example.com"),
        ("user:22", "phone", "+44 20 7946 0999"),
        ("user:22", "zendesk_user_id", "22"),
    ]
    assert adapters.rows(
        "select account_id, account_name, is_organisation from staging.stg_zendesk__accounts"
        " where created_at >= '2026-01-01' order by account_id"
    ) == [("organization:41", "Acme", True), ("user:22", None, False)]


def test_replica_tables_feed_the_same_streams(adapters: Adapters, replica: None) -> None:
    tickets = adapters.rows(
        "select ticket_id, status, solved_at, reopen_count from core.fct_tickets"
        " where source_name = 'zendesk' and opened_at < '2026-01-01' order by ticket_id"
    )
    assert len(tickets) == 8
    assert ("zendesk:11071", "closed", datetime(2020, 11, 14, 11, 1, 27), 0) in tickets
    assert adapters.rows(
        "select event_type, occurred_at from core.fct_ticket_events where ticket_id = 'zendesk:102'"
    ) == [("solved", datetime(2020, 2, 10, 8, 36, 38))]
    assert not any(
        load.failed_files for name, load in adapters.loads.items() if name.startswith("zendesk__")
    )
