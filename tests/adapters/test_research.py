"""Interviews and focus groups, as the table that researchers keep."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .conftest import Adapters, write_csv

SOURCE = "research"


def land(folder: Path) -> None:
    write_csv(
        folder / "statements" / "study_2026.csv",
        [
            "statement_id", "session_id", "method", "held_at", "place", "participant_id", "email",
            "touchpoint_id", "quote", "rating",
        ],
        [
            ["s1", "g1", "focus_group", "14/05/2026", "", "P3", "", "data_import",
             "I never found the import", ""],
            ["s2", "i1", "interview", "2026-05-14 10:00", "phone", "P9", "Ada@Example.com", "",
             "Support is why I stay", 5],
            ["s3", "i1", "interview", "2026-05-14 10:00", "phone", "P9", "Ada@Example.com",
             "teleport", "It could be faster", ""],
            ["s4", "i1", "hearsay", "2026-05-14 10:00", "phone", "P9", "", "", "He said so", ""],
            ["s5", "i1", "interview", "2026-05-14 10:00", "phone", "P9", "", "", "", 3],
            ["s6", "i1", "interview", "2026-05-14 10:00", "phone", "P9", "", "", "Ten of five", 10],
        ],
    )  # fmt: skip


def test_statements_are_direct_and_asked_for(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, survey_id, feedback_kind, is_solicited, channel_id, touchpoint_id,"
        " rating, occurred_at from core.fct_feedback where source_name = 'research'"
        " order by feedback_id"
    ) == [
        ("I never found the import", "research_focus_group", "direct", True, None, "data_import",
         None, datetime(2026, 5, 14)),
        ("Support is why I stay", "research_interview", "direct", True, "phone", None, 5,
         datetime(2026, 5, 14, 10)),
        ("It could be faster", "research_interview", "direct", True, "phone", None, None,
         datetime(2026, 5, 14, 10)),
    ]  # fmt: skip


def test_a_touchpoint_that_nobody_knows_is_reported(adapters: Adapters) -> None:
    reported = [name for name in adapters.warnings if "research__statements_touchpoint" in name]
    assert len(reported) == 1


def test_bad_rows_are_quarantined_and_only_named_participants_are_customers(
    adapters: Adapters,
) -> None:
    assert adapters.quarantined(SOURCE, "statements") == [
        ("method", "not_allowed"),
        ("rating", "out_of_range"),
        ("statement", "missing_value"),
    ]
    assert adapters.rows(
        "select distinct identity_type, identity_value from staging.stg_research__identities"
        " order by all"
    ) == [("email", "ada@example.com")]
