"""Themes: how keywords match, and what mart_themes makes of the matches."""

from datetime import datetime, timedelta

import pytest

from tests.dbt.voice.conftest import MakeVoice

MATCHING = "int_comments int_comment_phrases bridge_comment_themes"
AS_OF = datetime(2026, 6, 30, 18)


def test_keywords_match_whole_words_prefixes_and_phrases(make_voice: MakeVoice) -> None:
    texts = {
        "word": "The import failed.",
        "inside": "This is an important point",
        "prefix": "We were OVERCHARGED/double-billed",
        "phrase": "they never replied to me, no update",
        "across": "Nothing to reply. No, reply rates are fine",
        "accent": "A importação falhou",
        "plain": "a importacao falhou",
        "other_language": "A importação falhou",
    }
    languages = {"accent": "pt", "plain": "pt", "other_language": "en"}
    rows = [
        {"feedback_id": name, "comment_redacted": text, "language": languages.get(name, "en")}
        for name, text in texts.items()
    ]
    warehouse = make_voice(rows, select=MATCHING)
    matches = warehouse.rows("select feedback_id, theme_id from marts.bridge_comment_themes")
    themes = {name: {theme for comment, theme in matches if comment == name} for name in texts}
    assert "data_import" in themes["word"]
    assert "data_import" not in themes["inside"]
    assert "billing_charges" in themes["prefix"]
    assert {"support_speed", "communication"} <= themes["phrase"]
    keywords = warehouse.rows(
        "select matched_keyword from marts.bridge_comment_themes"
        " where feedback_id = 'across' and theme_id = 'support_speed'"
    )
    assert keywords == [("reply",)], "'no reply' is not found across a comma"
    assert themes["accent"] == themes["plain"] == {"data_import"}
    assert themes["other_language"] == set(), "Portuguese words are not looked for in English"


def test_parents_count_a_comment_once_when_it_has_two_of_their_themes(
    make_voice: MakeVoice,
) -> None:
    rows = [
        {"comment_redacted": "The invoice and the price are terrible", "respondent_id": "r1"},
        {"comment_redacted": "The invoice was great", "respondent_id": "r1"},
        {"comment_redacted": "We started on Monday", "respondent_id": "r2"},
        {"comment_redacted": "Die Rechnung war gut", "respondent_id": "r3", "language": "de"},
    ]
    warehouse = make_voice(rows)
    found = {
        row[0]: row[1:]
        for row in warehouse.rows(
            "select theme_id, comments, respondents, share_of_comments, positive_share,"
            " negative_share, parent_theme_id from marts.mart_themes"
        )
    }
    # The German comment is on the theme, but has no sentiment to share.
    assert found["billing_charges"] == (3, 2, 0.75, 0.5, 0.5, "money")
    assert found["pricing_value"] == (1, 1, 0.25, 0.0, 1.0, "money")
    assert found["money"] == (3, 2, 0.75, 0.5, 0.5, None)
    assert found["export"] == (0, 0, 0.0, None, None, "product")
    registered = warehouse.rows("select count(*) from reference.themes")
    assert len(found) == registered[0][0]


def test_trend_compares_shares_when_more_comments_come_in(make_voice: MakeVoice) -> None:
    def comments(text: str, count: int, days_ago: int) -> list[dict[str, object]]:
        moment = AS_OF - timedelta(days=days_ago)
        return [{"comment_redacted": text, "occurred_at": moment} for _ in range(count)]

    rows = [
        *comments("the invoice came", 4, 0),
        *comments("the invoice came", 4, 89),
        *comments("we moved on", 8, 89),
        *comments("the invoice came", 2, 90),
        *comments("we moved on", 6, 179),
        *comments("the invoice came", 50, 180),
    ]
    warehouse = make_voice(rows)
    [row] = warehouse.rows(
        "select comments, comments_last_90_days, comments_previous_90_days, trend_ratio"
        " from marts.mart_themes where theme_id = 'billing_charges'"
    )
    assert row == (60, 8, 2, pytest.approx((8 / 16) / (2 / 8)))


def test_more_exact_words_win_when_a_phrase_holds_a_keyword(make_voice: MakeVoice) -> None:
    rows = [
        {"feedback_id": "a", "comment_redacted": "Our first report was ready within minutes"},
        {"feedback_id": "b", "comment_redacted": "The report is slow to load"},
        {"feedback_id": "c", "comment_redacted": "Our first report pleased us, dashboards do not"},
    ]
    found = make_voice(rows).rows(
        "select feedback_id, theme_id from marts.bridge_comment_themes"
        " where theme_id in ('first_results', 'reports_analytics') order by all"
    )
    assert found == [
        ("a", "first_results"),
        ("b", "reports_analytics"),
        ("c", "first_results"),
        ("c", "reports_analytics"),
    ]


def test_comments_can_be_searched_with_their_themes(make_voice: MakeVoice) -> None:
    rows = [{"feedback_id": "a", "comment_redacted": "The invoice is wrong and support was rude"}]
    warehouse = make_voice(rows)
    found = warehouse.rows(
        "select feedback_id, themes, sentiment, comment_redacted from marts.mart_voice_comments"
        " where comment_redacted ilike '%invoice%'"
    )
    assert found == [
        (
            "a",
            "Attitude of support, Billing and unexpected charges",
            "negative",
            "The invoice is wrong and support was rude",
        )
    ]
