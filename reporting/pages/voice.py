"""The voice page: themes, and a search over redacted comments."""

from __future__ import annotations

from reporting import formats
from reporting.charts import themes
from reporting.page import Context, Page
from reporting.published import Row

MOST_COMMENTS = 1500
MOST_THEMES = 40
MOST_THEMES_DRAWN = 15
_COMMENT_COLUMNS = (
    "feedback_id", "occurred_at", "customer_id", "touchpoint_id", "channel_id", "feedback_kind",
    "is_solicited", "sentiment", "emotional_intensity", "emotion", "language", "themes",
    "comment_redacted",
)  # fmt: skip
_THEME_COLUMNS = (
    "theme_id", "theme_name", "parent_theme_id", "comments", "respondents", "share_of_comments",
    "positive_share", "negative_share", "mean_polarity", "comments_last_90_days",
    "comments_previous_90_days", "trend_ratio", "suggested_fix", "owner_team", "example_quote",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect themes and the newest comments."""
    found = context.marts.select(
        "marts.mart_themes",
        _THEME_COLUMNS,
        where="comments > 0",
        order_by="comments desc, theme_id",
        limit=MOST_THEMES,
    )
    comments = context.marts.select(
        "marts.mart_voice_comments",
        _COMMENT_COLUMNS,
        order_by="occurred_at desc nulls last, feedback_id",
        limit=MOST_COMMENTS,
    )
    parents = {row["parent_theme_id"] for row in found.rows}
    # A parent counts what its parts count, so that drawing both would show comments twice; and a
    # share of a handful of comments is no share.
    leaves = [
        row
        for row in found.rows
        if row["theme_id"] not in parents
        and int(str(row["comments"])) >= context.minimum_sample_size
    ]
    return {
        "absence": None if found or comments else comments.absence,
        "themes": found,
        "theme_names": {row["theme_id"]: row["theme_name"] for row in found.rows},
        "theme_chart": themes.sentiment_by_theme(leaves[:MOST_THEMES_DRAWN], total=len(leaves))
        if leaves
        else None,
        "comments": comments,
        "languages": context.marts.counts("marts.mart_voice_comments", ("language", "sentiment")),
        "comment_data": [_comment(context, row) for row in comments.rows],
    }


def _comment(context: Context, row: Row) -> dict[str, object]:
    """Shape one comment for the browser; the sentiment of an unscored comment stays empty."""
    return {
        "when": formats.day(row["occurred_at"]),
        "customer": row["customer_id"] if context.has_profile(row["customer_id"]) else None,
        "touchpoint": context.touchpoint(row["touchpoint_id"]) if row["touchpoint_id"] else "",
        "channel": formats.label(row["channel_id"]) if row["channel_id"] else "",
        "kind": formats.label(row["feedback_kind"]),
        "sentiment": row["sentiment"] or "not scored",
        "emotion": "" if row["emotion"] in {None, "none"} else row["emotion"],
        "intensity": formats.number(row["emotional_intensity"], 2)
        if row["emotional_intensity"] is not None
        else "",
        "language": "language unknown" if row["language"] == "und" else row["language"] or "",
        "themes": row["themes"] or "",
        "text": row["comment_redacted"] or "",
    }


PAGE = Page(
    slug="voice",
    title="Voice of the customer",
    navigation="Voice",
    audience="CX management",
    order=50,
    summary="What customers say in their own words: themes, feeling, trend, and every comment "
    "behind them.",
    build=build,
)
