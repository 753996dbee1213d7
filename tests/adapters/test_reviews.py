"""Reviews: Google Play's monthly files, the App Store's API, exports of review sites."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from .conftest import Adapters, write_csv, write_json

SOURCE = "reviews"
GOOGLE = [
    "Package Name", "App Version Code", "App Version Name", "Reviewer Language", "Device",
    "Review Submit Date and Time", "Review Submit Millis Since Epoch",
    "Review Last Update Date and Time", "Review Last Update Millis Since Epoch", "Star Rating",
    "Review Title", "Review Text", "Developer Reply Date and Time",
    "Developer Reply Millis Since Epoch", "Developer Reply Text", "Review Link",
]  # fmt: skip
POSTED = 1_778_750_000_000  # 2026-05-14 09:13:20 UTC


def google(
    stars: object, text: str, *, posted: object = POSTED, edited: int = 0, reply: int = 0
) -> list[object]:
    """Give one row of a Google Play file."""
    return [
        "com.example.app", 812, "8.1.2", "de", "p7", "", posted, "", edited or "", stars, "", text,
        "", reply or "", "Danke!" if reply else "", "",
    ]  # fmt: skip


def land(folder: Path) -> None:
    for month, rows in {
        "202605": [
            google(2, "Stürzt ab, seit\nder Version 8", edited=POSTED + 1_000),
            google(5, "", posted=POSTED + 60_000),
            google(7, "Seven stars", posted=POSTED + 70_000),
            google(1, "When?", posted="14 May"),
        ],
        "202606": [google(4, "Geht wieder", edited=POSTED + 9_000_000, reply=POSTED + 9_900_000)],
    }.items():
        path = folder / "google_play" / f"reviews_com.example.app_{month}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-16", newline="") as file:
            csv.writer(file).writerows([GOOGLE, *rows])

    def review(name: str, stars: int, title: str, body: str) -> dict[str, object]:
        return {
            "type": "customerReviews",
            "id": name,
            "attributes": {
                "rating": stars,
                "title": title,
                "body": body,
                "reviewerNickname": "made_up_handle",
                "createdDate": "2026-05-14T02:13:20-07:00",
                "territory": "GBR",
            },
        }

    write_json(
        folder / "app_store" / "page_1.json",
        {"data": [review("a1", 1, "Slow", "Takes a minute"), review("a2", 0, "Zero", "stars")]},
    )
    write_csv(
        folder / "review_sites" / "trustpilot.csv",
        [
            "Site", "Review ID", "Review Created (UTC)", "Review Stars", "Review Title",
            "Review Content", "Review Username", "Consumer Email", "Reference Id",
            "Source Of Review", "Company Reply Date (UTC)",
        ],
        [
            ["Trustpilot", "t1", "2026-05-14 09:00:00", 5, "Great", "Great service", "ada_b",
             "Ada@Example.com", "order-1", "Invitation", "2026-05-15 09:00:00"],
            ["Trustpilot", "t2", "2026-05-14 09:00:00", 1, "", "Never again", "x_y", "", "",
             "Organic", ""],
            ["Trustpilot", None, "2026-05-14 09:00:00", 1, "", "Lost id", "x_y", "", "", "", ""],
        ],
    )  # fmt: skip


def test_reviews_are_indirect_and_only_invited_ones_are_asked_for(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, rating, feedback_kind, is_solicited, channel_id, occurred_at"
        " from core.fct_feedback where source_name = 'reviews' order by comment_text"
    ) == [
        ("Geht wieder", 4, "indirect", False, "social", datetime(2026, 5, 14, 11, 43, 20)),
        ("Great service", 5, "indirect", True, "social", datetime(2026, 5, 14, 9)),
        ("Never again", 1, "indirect", False, "social", datetime(2026, 5, 14, 9)),
        ("Slow. Takes a minute", 1, "indirect", False, "social", datetime(2026, 5, 14, 9, 13, 20)),
    ]


def test_an_edited_review_replaces_the_one_it_was(adapters: Adapters) -> None:
    assert adapters.row("select count(*) from raw.reviews__google_play") == (2,)
    load = adapters.loads["reviews__google_play"]
    assert (load.rows_in, load.rows_quarantined) == (5, 2)


def test_ratings_without_words_and_answers_are_interactions(adapters: Adapters) -> None:
    assert adapters.rows(
        "select event_name, outcome, touchpoint_id, count(*) from core.fct_interactions"
        " where source_name = 'reviews' group by all order by all"
    ) == [
        ("review_answered", None, "support_reply", 2),
        ("review_posted", "1 stars", "review", 2),
        ("review_posted", "4 stars", "review", 1),
        ("review_posted", "5 stars", "review", 2),
    ]


def test_bad_rows_are_quarantined_with_their_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "google_play") == [
        ("rating", "out_of_range"),
        ("submitted_at", "bad_type"),
    ]
    assert adapters.quarantined(SOURCE, "app_store") == [("rating", "out_of_range")]
    assert adapters.quarantined(SOURCE, "review_sites") == [("review_id", "missing_value")]


def test_only_an_address_says_who_wrote(adapters: Adapters) -> None:
    assert adapters.rows(
        "select identity_type, identity_value from staging.stg_reviews__identities"
    ) == [("email", "ada@example.com")]
