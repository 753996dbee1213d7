"""Google Analytics 4: events as its export to BigQuery holds them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from .conftest import Adapters, write_json_lines

SOURCE = "ga4"
NOON = 1_777_636_800_000_000  # 2026-05-01 12:00 UTC, in microseconds


def event(name: str, at: int = NOON, **fields: Any) -> dict[str, Any]:
    """One row; the export writes whole numbers as texts."""
    parameters = fields.pop("parameters", {})
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    return {
        "event_date": "20260501", "event_timestamp": str(at), "event_name": name,
        "event_params": [
            {"key": key, "value": {kinds[type(value)]:
                                   str(value) if isinstance(value, int) else value}}
            for key, value in parameters.items()
        ],
        "user_pseudo_id": "100.200", "user_id": None, "platform": "WEB",
        "device": {"category": "mobile"}, "geo": {"country": "Germany"},
        "traffic_source": {"name": "(direct)", "medium": "(none)", "source": "(direct)"},
        "items": [],
    } | fields  # fmt: skip


def land(folder: Path) -> None:
    view = event(
        "page_view",
        parameters={"ga_session_id": 77, "engagement_time_msec": 1500,
                    "page_location": "https://shop.example/cart?mail=ada%40acme.example#top"},
    )  # fmt: skip
    bought = [{"item_id": "sku-1", "item_name": "Tea", "item_category": "Food", "price": 5.25,
               "quantity": "2"}]  # fmt: skip
    purchase = {"parameters": {"currency": "EUR", "transaction_id": "T-1"}, "items": bought,
                "ecommerce": {"transaction_id": "T-1", "purchase_revenue": 10.5}}  # fmt: skip
    write_json_lines(
        folder / "events_20260501_000000000000.json",
        [
            view,
            event("session_start", parameters={"ga_session_id": 77}),
            event("login", NOON + 60_000_000, user_id="u-1", parameters={"ga_session_id": 77}),
            event("screen_view", platform="IOS", user_pseudo_id="dev-9",
                  parameters={"firebase_screen": "Home"}),
            event("page_view", NOON + 1, user_pseudo_id=None),
            event("custom_thing", NOON + 2, parameters={"value": 1.5}),
            event("page_view", NOON + 10, parameters={"page_location": "https://shop.example/ad"},
                  collected_traffic_source={"gclid": "x1"}),
            event("page_view", NOON + 11, parameters={"page_location": "https://shop.example/mail"},
                  collected_traffic_source={"manual_source": "News", "manual_medium": "E-Mail",
                                            "manual_campaign_name": "spring"}),
            event("page_view", NOON + 12,
                  parameters={"page_location": "https://shop.example/found", "source": "google",
                              "medium": "organic", "campaign": "(not set)"}),
            event("page_view", NOON + 13, parameters={"page_location": "https://shop.example/odd"},
                  collected_traffic_source={"manual_source": "kiosk"}),
            event("page_view", NOON + 14, parameters={"page_location": "https://shop.example/typed"},
                  collected_traffic_source={"manual_source": "(direct)"},
                  traffic_source={"source": "google", "medium": "cpc"}),
            event("purchase", NOON + 120_000_000, **purchase),
            event("purchase", NOON + 180_000_000, **purchase),
            event("refund", NOON + 240_000_000,
                  ecommerce={"transaction_id": "T-1", "refund_value": 5.25}),
            event("page_view") | {"event_timestamp": "2026-05-01"},
            event("page_view") | {"event_params": "[broken"},
        ],
    )  # fmt: skip
    # The table of the day is corrected for three days: most of it comes again.
    write_json_lines(
        folder / "events" / "20260501_again.json",
        [view, event("page_view", NOON + 3_000_000, parameters={"ga_session_id": 77})],
    )


def test_parameters_make_page_session_and_attention(adapters: Adapters) -> None:
    assert adapters.row(
        "select occurred_at, session_id, page, duration_seconds, channel_id, customer_key_type,"
        " customer_key from staging.stg_ga4__interactions"
        " where page = '/cart'"
    ) == (datetime(2026, 5, 1, 12), "100.200:77", "/cart", 1.5, "web", "web_visitor_id", "100.200")


def test_events_delivered_again_count_once(adapters: Adapters) -> None:
    assert adapters.row(
        "select count(*) from staging.base_ga4__events where event_name = 'page_view'"
    ) == (8,)
    assert adapters.row(
        "select count(*) from raw.ga4__events where event_name = 'page_view'"
    ) == (9,)  # fmt: skip


def test_signals_of_the_library_are_left_out_and_the_unknown_is_not(adapters: Adapters) -> None:
    assert adapters.rows(
        "select event_name, channel_id, page, customer_key from staging.stg_ga4__interactions"
        " where event_name not in ('page_view', 'purchase', 'refund') order by all"
    ) == [
        ("custom_thing", "web", None, "100.200"),
        ("login", "web", None, "u-1"),
        ("screen_view", "app", "Home", "dev-9"),
    ]


def test_visitor_is_stitched_to_the_user(adapters: Adapters) -> None:
    assert adapters.rows(
        "select identity_type, identity_value, observed_at from staging.stg_ga4__identities"
        " order by all"
    ) == [
        ("product_user_id", "u-1", datetime(2026, 5, 1, 12, 1)),
        ("web_visitor_id", "100.200", datetime(2026, 5, 1, 12, 1)),
    ]


def test_event_without_consent_names_nobody(adapters: Adapters) -> None:
    assert adapters.row(
        "select count(*) from core.fct_interactions where source_name = 'ga4'"
        " and event_name = 'page_view' and customer_id is null"
    ) == (1,)


def test_bad_rows_are_quarantined_with_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "events") == [
        ("event_params", "bad_type"),
        ("occurred_at", "bad_type"),
    ]


def test_channel_is_that_of_the_event_and_not_of_the_first_visit(adapters: Adapters) -> None:
    assert adapters.rows(
        "select page, marketing_channel from staging.stg_ga4__interactions"
        " where page in ('/ad', '/cart', '/found', '/mail', '/odd', '/typed') order by all"
    ) == [
        ("/ad", "paid_search"),
        ("/cart", None),
        ("/found", "organic_search"),
        ("/mail", "email"),
        ("/odd", "other"),
        ("/typed", None),
    ]


def test_event_delivered_again_tells_the_load_of_its_first_delivery(adapters: Adapters) -> None:
    assert adapters.rows(
        "select loaded.file_name, count(*) from staging.stg_ga4__interactions as told"
        " left join quality.load_ledger as loaded on told.load_id = loaded.load_id"
        " where told.page = '/cart' or told.page is null and told.event_name = 'page_view'"
        " group by all order by all"
    ) == [("events/20260501_again.json", 2), ("events_20260501_000000000000.json", 1)]
