"""Web sessions against a plain-Python reading of a shuffled clickstream."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import duckdb

from tests.dbt.conftest import MakeWarehouse, Warehouse
from tests.dbt.scored import put_customers

CHAIN = "int_web_events int_conversions fct_web_sessions"
SILENCE = timedelta(minutes=30)


def event(
    number: int, key: str, event_name: str, at: datetime, page: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "source_name": "generic",
        "interaction_id": f"{number:05d}",
        "customer_key_type": "web_visitor_id",
        "customer_key": key,
        "event_name": event_name,
        "occurred_at": at,
        "page": page,
        "channel_id": "web",
    } | more  # fmt: skip


def clickstream(draw: random.Random) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for visitor in range(40):
        moment = datetime(2026, 1, 1) + timedelta(seconds=draw.randrange(10**6))
        for _ in range(draw.randrange(1, 40)):
            name = draw.choice(["page_viewed", "page_viewed", "product_viewed", "searched"])
            page = draw.choice(["/", "/a", "/b", "/c"])
            events.append(event(len(events), f"v{visitor:02d}", name, moment, page))
            moment += timedelta(seconds=draw.choice([0, 5, 60, 1799, 1800, 1801, 90000]))
    draw.shuffle(events)
    return events


def expected_sessions(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    sessions: list[list[dict[str, Any]]] = []
    for row in sorted(
        events, key=lambda e: (e["customer_key"], e["occurred_at"], e["interaction_id"])
    ):
        last = sessions[-1][-1] if sessions else None
        if (
            last
            and last["customer_key"] == row["customer_key"]
            and row["occurred_at"] - last["occurred_at"] <= SILENCE
        ):
            sessions[-1].append(row)
        else:
            sessions.append([row])
    return sorted(
        (
            session[0]["occurred_at"],
            session[-1]["occurred_at"],
            session[0]["page"],
            session[-1]["page"],
            len(session),
            len({row["page"] for row in session}),
            sum(row["event_name"] == "product_viewed" for row in session),
            sum(row["event_name"] == "searched" for row in session),
            (session[-1]["occurred_at"] - session[0]["occurred_at"]).total_seconds()
            if len(session) > 1
            else None,
            len(session) == 1,
        )
        for session in sessions
    )


def test_sessions_match_visitors_followed_one_by_one(make_warehouse: MakeWarehouse) -> None:
    events = clickstream(random.Random(4))
    warehouse = make_warehouse()
    warehouse.put("core.int_interactions_unioned", events)
    warehouse.build(CHAIN)
    found = warehouse.rows(
        "select started_at, ended_at, entry_page, exit_page, event_count, distinct_page_count,"
        " product_view_count, search_count, seconds_on_site, is_bounced"
        " from marts.fct_web_sessions"
    )
    assert sorted(found, key=lambda row: row[:5]) == expected_sessions(events)


def known_visitor(make_warehouse: MakeWarehouse) -> Warehouse:
    warehouse = put_customers(make_warehouse(), ["c1", "test"])
    with_test = "update core.dim_customers set is_test = true where customer_id = 'test'"
    warehouse.put(
        "core.int_customer_identities",
        [
            {"identity_type": "web_visitor_id", "identity_value": "v1", "customer_id": "c1"},
            {"identity_type": "web_visitor_id", "identity_value": "v2", "customer_id": "test"},
        ],
    )
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(with_test)
    return warehouse


def test_session_names_channel_conversion_and_anger(make_warehouse: MakeWarehouse) -> None:
    warehouse = known_visitor(make_warehouse)
    start = datetime(2026, 3, 1, 9)
    more = {"session_id": "s1"}

    def later(minutes: float) -> datetime:
        return start + timedelta(minutes=minutes)

    events = [
        event(1, "v1", "page_viewed", start, "/", **more),
        event(2, "v1", "page_viewed", later(50), "/p", marketing_channel="search", **more),
        *(
            event(3 + click, "v1", "element_clicked", later(51 + click / 120), "/p#buy", **more)
            for click in range(5)
        ),
        event(9, "v1", "error_shown", later(55), "/p", marketing_channel="social", **more),
        event(10, "v1", "page_viewed", start - timedelta(days=20), "/early", session_id="s0"),
        event(11, "v1", "page_viewed", start - timedelta(days=120), "/too-early", session_id="s-1"),
        event(12, "v1", "page_viewed", start + timedelta(days=1), "/after", session_id="s2"),
        event(13, "v2", "page_viewed", start, "/", session_id="of a test account"),
        event(14, "v1", "invoice", start, "/", session_id="not of the clickstream"),
    ]  # fmt: skip
    warehouse.put("core.int_interactions_unioned", events)
    warehouse.put(
        "core.int_customer_spells",
        [
            {
                "customer_id": "c1",
                "spell_number": 1,
                "started_at": start + timedelta(minutes=53),
                "churn_basis": "contractual",
            }
        ],
    )
    warehouse.build(CHAIN)
    found = warehouse.rows(
        "select web_session_id, customer_id, marketing_channel, page_count, click_count,"
        " rage_click_count, error_count, is_converted_in_session, is_on_path_to_conversion,"
        " is_session_given from marts.fct_web_sessions order by started_at"
    )
    assert found == [
        ("generic:s-1", "c1", None, 1, 0, 0, 0, False, False, True),
        ("generic:s0", "c1", None, 1, 0, 0, 0, False, True, True),
        ("generic:s1", "c1", "search", 2, 5, 1, 1, True, True, True),
        ("generic:s2", "c1", None, 1, 0, 0, 0, False, False, True),
    ]


def test_sessions_are_empty_when_there_is_no_clickstream(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    warehouse.build(CHAIN)
    assert warehouse.rows("select count(*) from marts.fct_web_sessions") == [(0,)]
