"""Segment: the archive of JSON lines, and the tables of a warehouse destination."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from .conftest import Adapters, write_csv, write_json_lines

SOURCE = "segment"


def call(message: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "messageId": message, "type": kind, "channel": "client",
        "context": {"library": {"name": "analytics.js", "version": "next-1.70"},
                    "page": {"path": "/pricing", "url": "https://acme.example/pricing?who=ada"}},
        "originalTimestamp": "2026-05-01T10:00:00.000Z", "sentAt": "2026-05-01T10:00:02.000Z",
        "receivedAt": "2026-05-01T10:00:03.000Z", "timestamp": "2026-05-01T10:00:01.000Z",
    } | fields  # fmt: skip


def land(folder: Path) -> None:
    phone = {"library": {"name": "analytics-ios"}}
    advertised = {"campaign": {"source": "Facebook", "medium": "paid", "name": "spring"},
                  "page": {"path": "/pricing"}}  # fmt: skip
    lines = [
        call("m1", "page", anonymousId="a-1", name="Pricing", properties={"path": "/pricing"},
             context=advertised),
        call("m2", "identify", anonymousId="a-1", userId="u-1",
             traits={"email": " Ada@Acme.example", "firstName": "Ada", "lastName": "Bell",
                     "phone": "0044 20 7946 0100", "title": "CTO"}),
        call("m3", "track", userId="u-1", event="Report Built", context=phone,
             properties={"total": "12 pages"}),
        call("m4", "screen", userId="u-1", name="Home", context=phone),
        call("m5", "group", userId="u-1", groupId="g-1",
             traits={"name": "Acme", "industry": "Energy", "employees": 260}),
        call("m6", "alias", userId="u-1", previousId="a-0"),
        # The device lives in 2031 and no corrected time is given: seven seconds before sending.
        call("m7", "track", anonymousId="a-2", event="Signed Up", timestamp=None,
             originalTimestamp="2031-01-01T00:00:00Z", sentAt="2031-01-01T00:00:07Z"),
        call("m8", "track", userId="u-2", event="Unsubscribed"),
        call("m9", "track", anonymousId="a-1", event="Order Completed",
             properties={"order_id": "o-1", "total": 30.5, "currency": "eur",
                         "products": [{"product_id": "p-1", "category": "Tea", "price": 10.25,
                                       "quantity": 2},
                                      {"sku": "p-2", "price": 10}]}),
        call("m10", "track", userId="u-1", event="Order Refunded",
             properties={"order_id": "o-1", "total": 10.25}),
        call("m11", "teleport", userId="u-1"),
        call("m12", "track", userId="u-1", event="Late", receivedAt="soon"),
    ]  # fmt: skip
    write_json_lines(folder / "events" / "lines.jsonl", lines)
    # The archive's files are zipped, carry no suffix of a format, and may repeat a call.
    archive = folder / "segment-logs" / "src" / "1777593600000" / "0-1-1.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(gzip.compress((json.dumps(lines[0]) + "\n").encode()))
    write_csv(
        folder / "tracks.csv",
        ["id", "anonymous_id", "user_id", "event", "event_text", "context_library_name",
         "received_at", "sent_at", "original_timestamp", "timestamp"],
        [["m3", None, "u-1", "report_built", "Report Built", "analytics-ios",
          "2026-05-01 10:00:03", None, None, "2026-05-01 10:00:01"],
         ["w1", None, "u-1", "report_built", "Report Built", "analytics-node",
          "2026-05-02 10:00:03", None, None, "2026-05-02 10:00:01"]],
    )  # fmt: skip
    write_csv(
        folder / "identifies.csv",
        ["id", "anonymous_id", "user_id", "email", "received_at", "timestamp"],
        [["w2", None, "u-3", "Cora@home.example", "2026-05-02 10:00:03", "2026-05-02 10:00:01"]],
    )
    write_csv(
        folder / "pages.csv",
        [
            "id",
            "anonymous_id",
            "path",
            "context_campaign_source",
            "context_campaign_medium",
            "received_at",
            "timestamp",
        ],
        [["w3", "a-1", "/docs", "news", "email", "2026-05-02 10:00:03", "2026-05-02 10:00:01"]],
    )


def test_every_kind_of_call_is_read_once(adapters: Adapters) -> None:
    assert adapters.rows(
        "select call_type, count(*) from staging.base_segment__calls group by all order by all"
    ) == [("alias", 1), ("group", 1), ("identify", 2), ("page", 2), ("screen", 1), ("track", 6)]


def test_clock_of_the_device_is_corrected(adapters: Adapters) -> None:
    assert adapters.row(
        "select occurred_at from staging.base_segment__calls where message_id = 'm7'"
    ) == (datetime(2026, 5, 1, 9, 59, 56),)


def test_visitor_user_group_and_alias_are_one_customer(adapters: Adapters) -> None:
    assert adapters.rows(
        "select identity_type, identity_value from core.int_customer_identities"
        " where customer_id = (select customer_id from core.int_customer_identities"
        " where identity_type = 'product_user_id' and identity_value = 'u-1')"
        " and identity_type in ('web_visitor_id', 'product_user_id', 'segment_group_id')"
        " and identity_value in ('a-0', 'a-1', 'a-2', 'u-1', 'u-2', 'g-1') order by all"
    ) == [
        ("product_user_id", "a-0"),
        ("product_user_id", "u-1"),
        ("segment_group_id", "g-1"),
        ("web_visitor_id", "a-0"),
        ("web_visitor_id", "a-1"),
    ]


def test_visitor_before_the_sign_in_belongs_to_the_customer(adapters: Adapters) -> None:
    assert adapters.row(
        "select count(distinct customer_id), count(customer_id) from core.fct_interactions"
        " where interaction_id in ('segment:m1', 'segment:m4')"
    ) == (1, 2)


def test_group_is_an_account_and_user_a_contact(adapters: Adapters) -> None:
    assert adapters.row(
        "select customer_key_type, customer_key, account_name, is_organisation, industry,"
        " size_band from staging.stg_segment__accounts where account_id = 'group:g-1'"
    ) == ("segment_group_id", "g-1", "Acme", True, "Energy", "260")
    assert adapters.row(
        "select full_name, email, phone, job_title from staging.stg_segment__contacts"
        " where contact_id = 'u-1'"
    ) == ("Ada Bell", "ada@acme.example", "0044 20 7946 0100", "CTO")


def test_interactions_name_page_channel_and_touchpoint(adapters: Adapters) -> None:
    assert adapters.rows(
        "select interaction_id, event_name, channel_id, page, touchpoint_id"
        " from core.fct_interactions where interaction_id in"
        " ('segment:m1', 'segment:m3', 'segment:m4', 'segment:m7', 'segment:w1', 'segment:w3')"
        " order by all"
    ) == [
        ("segment:m1", "page_viewed", "web", "/pricing", "website_visit"),
        ("segment:m3", "Report Built", "app", None, "unmapped"),
        ("segment:m4", "screen_viewed", "app", "Home", "product_use"),
        ("segment:m7", "Signed Up", "web", "/pricing", "trial_signup"),
        ("segment:w1", "Report Built", None, None, "unmapped"),
        ("segment:w3", "page_viewed", "web", "/docs", "website_visit"),
    ]


def test_usage_counts_what_known_users_do(adapters: Adapters) -> None:
    assert adapters.rows(
        "select feature, cast(usage_date as varchar), event_count"
        " from staging.stg_segment__usage where user_id = 'u-1' and feature <> 'Order Refunded'"
        " order by all"
    ) == [
        ("Report Built", "2026-05-01", 1),
        ("Report Built", "2026-05-02", 1),
        ("screen", "2026-05-01", 1),
    ]


def test_unsubscribing_is_a_refusal(adapters: Adapters) -> None:
    assert adapters.rows(
        "select customer_key, purpose, is_granted from staging.stg_segment__consents"
    ) == [("u-2", "marketing", False)]


def test_bad_rows_are_quarantined_with_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "events") == [
        ("call_type", "not_allowed"),
        ("received_at", "bad_type"),
    ]
    assert adapters.loads["segment__events"].rows_duplicate == 1


def test_channel_is_that_of_the_campaign_in_either_delivery(adapters: Adapters) -> None:
    assert adapters.rows(
        "select interaction_id, marketing_channel from staging.stg_segment__interactions"
        " where interaction_id in ('m1', 'm4', 'w3') order by all"
    ) == [("m1", "paid_social"), ("m4", None), ("w3", "email")]


def test_every_interaction_tells_the_load_that_brought_it(adapters: Adapters) -> None:
    assert adapters.rows(
        "select distinct loaded.stream from staging.stg_segment__interactions as told"
        " left join quality.load_ledger as loaded on told.load_id = loaded.load_id order by all"
    ) == [("events",), ("warehouse_calls",)]
