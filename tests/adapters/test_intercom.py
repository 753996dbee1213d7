"""Intercom: the API's JSON, and a replication tool's history tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .conftest import Adapters, copy_replica, write_json, write_json_lines

SOURCE = "intercom"
VARIABLES = {
    "external_id_types": {"intercom": "product_user_id", "intercom_company": "crm_account_id"}
}
REPLICA = {
    f"{name}_data.csv": f"{name}/replica.csv"
    for name in [
        "contact_history", "company_history", "contact_company_history", "conversation_history",
        "conversation_part_history", "conversation_contact_history", "team",
    ]
}  # fmt: skip
BEGAN = 1_778_750_000  # 2026-05-14 09:13:20 UTC


def land(folder: Path) -> None:
    land_people(folder)
    write_json(
        folder / "conversations" / "page_1.json",
        {
            "type": "conversation.list",
            "conversations": [
                conversation("c1", rating=2, remark="Took too long", parts=parts()),
                conversation("c2", delivered_as="automated", author=("bot", "0")),
                conversation("c3", delivered_as="admin_initiated", author=("admin", "901"),
                             first_contact_reply={"created_at": BEGAN + 600}),
                conversation("c4", rating=9),
                conversation("c5", created_at="yesterday"),
            ],
        },
    )  # fmt: skip
    write_json_lines(
        folder / "conversations" / "later.jsonl",
        [
            conversation("c3", updated_at=BEGAN + 9_000, state="closed",
                         delivered_as="admin_initiated", author=("admin", "901"),
                         first_contact_reply={"created_at": BEGAN + 600},
                         statistics={"last_close_at": BEGAN + 8_000, "count_reopens": 0}),
            conversation("c3", updated_at=BEGAN - 60, state="open"),
        ],
    )  # fmt: skip
    write_json(
        folder / "teams" / "teams.json",
        {"teams": [{"id": "t1", "name": "Billing"}, {"id": "t2", "name": "Experts"}]},
    )
    copy_replica(folder, "dbt_intercom", REPLICA)


def conversation(
    name: str,
    *,
    delivered_as: str = "customer_initiated",
    author: tuple[str, str] = ("user", "u1"),
    rating: int | None = None,
    remark: str | None = None,
    parts: list[dict[str, object]] | None = None,
    **other: object,
) -> dict[str, object]:
    """Give a conversation as the API does; what is not said is ordinary."""
    return {
        "type": "conversation",
        "id": name,
        "created_at": BEGAN,
        "updated_at": BEGAN + 5_000,
        "state": "open",
        "priority": "not_priority",
        "admin_assignee_id": 901,
        "team_assignee_id": "t2",
        "source": {
            "type": "conversation",
            "delivered_as": delivered_as,
            "subject": "",
            "body": "<p>My invoice is <b>wrong</b>&nbsp;&amp; late</p>",
            "author": {"type": author[0], "id": author[1], "email": None, "name": None},
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "u1"}]},
        "custom_attributes": {"issue_type": "Billing"},
        "conversation_rating": {"rating": rating, "remark": remark, "created_at": BEGAN + 4_000},
        "conversation_parts": {"conversation_parts": parts or [], "total_count": len(parts or [])},
    } | other


def parts() -> list[dict[str, object]]:
    """Give what followed the first message of a conversation that changed hands and came back."""

    def part(
        number: int, kind: str, author: str, body: str | None, team: str | None = None
    ) -> dict[str, object]:
        return {
            "type": "conversation_part",
            "id": f"p{number}",
            "part_type": kind,
            "body": body,
            "created_at": BEGAN + number * 100,
            "author": {"type": author, "id": "u1" if author == "user" else "901"},
            "assigned_to": {"type": "team", "id": team} if team else None,
        }

    return [
        part(1, "assignment", "admin", None, team="t1"),
        part(2, "comment", "admin", "<p>Let me see</p>"),
        part(3, "note", "admin", "<p>Knows nothing</p>"),
        part(4, "assignment", "admin", None, team="t2"),
        part(5, "close", "admin", None),
        part(6, "comment", "user", "<p>Still wrong</p>"),
        part(7, "open", "user", None),
    ]


def land_people(folder: Path) -> None:
    def contact(name: str, **other: object) -> dict[str, object]:
        return {
            "type": "contact",
            "id": name,
            "role": "user",
            "external_id": None,
            "email": f"{name}@example.com",
            "phone": None,
            "name": f"Person {name}",
            "created_at": BEGAN - 86_400,
            "updated_at": BEGAN - 86_400,
            "unsubscribed_from_emails": False,
            "location": {"type": "location", "city": "Leeds", "country": "United Kingdom"},
            "companies": {"type": "list", "data": []},
        } | other

    write_json(
        folder / "contacts" / "page_1.json",
        {
            "type": "list",
            "data": [
                contact("u1", email="Ada@Example.com", external_id="user-7",
                        companies={"type": "list", "data": [{"id": "co1", "type": "company"}]}),
                contact("u2", unsubscribed_from_emails=True),
                contact("lead1", role="lead", email=None),
                contact(None),  # type: ignore[arg-type]
            ],
        },
    )  # fmt: skip
    write_json(
        folder / "companies" / "page_1.json",
        {
            "type": "list",
            "data": [
                {"type": "company", "id": "co1", "company_id": "acme-7", "name": "Acme",
                 "plan": {"type": "plan", "name": "Pro"}, "size": 85, "industry": "Tools",
                 "created_at": BEGAN - 86_400, "updated_at": BEGAN - 86_400},
            ],
        },
    )  # fmt: skip


def test_conversations_are_requests_when_the_customer_took_part(adapters: Adapters) -> None:
    assert adapters.rows(
        "select ticket_id, opened_at, first_replied_at, solved_at, status, team, agent_id, reason,"
        " channel_id, reopen_count, transfer_count from core.fct_tickets"
        " where ticket_id in ('intercom:c1', 'intercom:c2', 'intercom:c3') order by ticket_id"
    ) == [
        ("intercom:c1", datetime(2026, 5, 14, 9, 13, 20), datetime(2026, 5, 14, 9, 16, 40), None,
         "open", "Experts", "901", "Billing", "chat", 1, 1),
        ("intercom:c3", datetime(2026, 5, 14, 9, 23, 20), None,
         datetime(2026, 5, 14, 11, 26, 40), "closed", "Experts", "901", "Billing", "chat", 0, None),
    ]  # fmt: skip


def test_parts_are_events_of_the_ticket(adapters: Adapters) -> None:
    assert adapters.rows(
        "select event_type, team, status from core.fct_ticket_events"
        " where ticket_id = 'intercom:c1' order by occurred_at, event_type"
    ) == [
        ("opened", None, "open"),
        ("replied", None, None),
        ("transferred", "Experts", None),
        ("solved", None, "solved"),
        ("customer_replied", None, None),
        ("reopened", None, "open"),
    ]


def test_words_are_plain_text_and_notes_and_agents_stay_out(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, feedback_kind, is_solicited, rating, response_id"
        " from core.fct_feedback where source_name = 'intercom' and occurred_at > '2026-01-01'"
        " order by occurred_at"
    ) == [
        ("My invoice is wrong & late", "indirect", False, None, None),
        ("Still wrong", "indirect", False, None, None),
        ("Took too long", "direct", True, 2, "intercom:rating:c1"),
    ]


def test_ratings_are_csat_and_an_impossible_one_is_quarantined(adapters: Adapters) -> None:
    assert adapters.rows(
        "select response_id, metric, score, is_on_scale, answered_at from core.fct_survey_answers"
        " where source_name = 'intercom' and answered_at > '2026-01-01'"
    ) == [("intercom:rating:c1", "CSAT", 2, True, datetime(2026, 5, 14, 10, 20))]
    assert adapters.quarantined(SOURCE, "conversations")[:2] == [
        ("created_at", "bad_type"),
        ("rating", "out_of_range"),
    ]
    assert adapters.quarantined(SOURCE, "contacts") == [("contact_id", "missing_value")]


def test_an_older_version_that_comes_late_changes_nothing(adapters: Adapters) -> None:
    assert adapters.rows(
        "select state, delivered_as from raw.intercom__conversations where conversation_id = 'c3'"
    ) == [("closed", "admin_initiated")]


def test_persons_are_joined_to_their_company_and_visitors_are_nobody(adapters: Adapters) -> None:
    assert adapters.rows(
        "select source_record_id, identity_type, identity_value"
        " from staging.stg_intercom__identities where observed_at > '2026-01-01' order by all"
    ) == [
        ("company:co1", "crm_account_id", "acme-7"),
        ("company:co1", "intercom_company_id", "co1"),
        ("contact:u1", "email", "ada@example.com"),
        ("contact:u1", "intercom_company_id", "co1"),
        ("contact:u1", "intercom_contact_id", "u1"),
        ("contact:u1", "product_user_id", "user-7"),
        ("contact:u2", "email", "u2@example.com"),
        ("contact:u2", "intercom_contact_id", "u2"),
    ]
    assert adapters.rows(
        "select customer_label, is_organisation, segment, size_band from core.dim_customers"
        " where customer_id = (select customer_id from core.fct_tickets"
        " where ticket_id = 'intercom:c1')"
    ) == [("Acme", True, "Pro", "85")]
    assert adapters.rows(
        "select consent_id, purpose, is_granted from core.fct_consents"
        " where source_name = 'intercom' and updated_at > '2026-01-01'"
    ) == [("intercom:u2:unsubscribed", "marketing", False)]


def test_replica_histories_give_the_latest_version(adapters: Adapters, replica: None) -> None:
    assert adapters.rows(
        "select status, opened_at, priority, team from core.fct_tickets"
        " where ticket_id = 'intercom:156643300001311'"
    ) == [("closed", datetime(2020, 10, 28, 23, 59, 37), "normal", None)]
    assert not any(
        load.failed_files for name, load in adapters.loads.items() if name.startswith("intercom__")
    )
    load = adapters.loads["intercom__contacts"]
    assert load.rows_in == 4 + 9
    assert load.rows_quarantined == 1
