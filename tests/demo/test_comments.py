"""Comments read like people wrote them: varied, slipped, in several languages, with contacts."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from demo.fragments import read_fragments
from demo.truths import TRUTHS

COMMENTS = """
    (select comment as words from survey_responses where comment is not null
    union all select review from survey_reviews union all select message from helpdesk_chats)
"""


@pytest.fixture(scope="module")
def comments(files: duckdb.DuckDBPyConnection) -> list[str]:
    return [words for (words,) in files.sql(f"from {COMMENTS}").fetchall()]


def test_no_sentence_is_common(comments: list[str]) -> None:
    long_ones = [words for words in comments if len(words.split()) >= 5]
    most_frequent = max(long_ones.count(words) for words in set(long_ones))

    assert len(long_ones) > 0.9 * len(comments)
    assert most_frequent <= max(3, 0.005 * len(long_ones))
    assert len(set(comments)) > 0.93 * len(comments)


def test_comments_are_as_many_as_customers_write(files: duckdb.DuckDBPyConnection) -> None:
    found = files.sql(
        f"""select (select count(*) from {COMMENTS})
            / (select sum(exposed_days) / 91.3 from truth_churn_hazards)"""
    ).fetchone()

    assert found is not None
    assert 0.25 < found[0] < 0.65


def test_fragments_are_hundreds_and_every_language_has_its_own() -> None:
    counts: dict[str, int] = {}
    for language, _, _, _, texts in read_fragments():
        counts[language] = counts.get(language, 0) + len(texts)

    assert counts["en"] > 400
    assert all(counts[language] > 90 for language in ("de", "es", "pt", "fr"))


def test_several_languages_are_written(files: duckdb.DuckDBPyConnection) -> None:
    shares = dict(
        files.sql(
            """select language, count(*) / sum(count(*)) over () from truth_comments group by all"""
        ).fetchall()
    )

    assert set(shares) == {"en", "de", "es", "pt", "fr"}
    assert shares["en"] > 0.6
    assert all(share > 0.01 for share in shares.values())


@pytest.mark.parametrize(
    ("what", "pattern", "least_share"),
    [
        ("negation", r"\b(not|isn't|can't|does not|never|won't|nicht|no|não|pas)\b", 0.15),
        ("two minds", r"( but | although | yet |However|aber| pero | mas | mais )", 0.04),
        ("shouting", r"^[^a-z]{20,}$", 0.002),
        ("hurry", r"^[^A-Z]{20,}$", 0.03),
        ("strong feeling", r"!", 0.08),
    ],
)
def test_comments_have_what_human_ones_have(
    comments: list[str], what: str, pattern: str, least_share: float
) -> None:
    share = sum(bool(re.search(pattern, words)) for words in comments) / len(comments)

    assert share > least_share, f"{what} in {share:.3f} of comments"


def test_slips_of_the_hand_are_as_frequent_as_stated(comments: list[str]) -> None:
    known = {
        word
        for *_, texts in read_fragments()
        for text in texts
        for word in re.findall(r"\w+", text.lower())
    }
    without_contacts = [re.sub(r"\S+@\S+|\+1 \(.*", "", words).lower() for words in comments]
    slipped = sum(
        any(word not in known for word in re.findall(r"\w+", words)) for words in without_contacts
    )
    stated = TRUTHS.comments.typo_probability

    # A slip between two letters that are alike, or at a space, leaves known words.
    assert 0.5 * stated < slipped / len(comments) < 1.2 * stated


def test_a_few_comments_hold_fictional_contact_details(comments: list[str]) -> None:
    found = [words for words in comments if re.search(r"@|\+1 \(", words)]
    details = re.findall(r"\S+@(\S+)|\+1 \((\d+)\)", " ".join(found))

    assert 0.005 < len(found) / len(comments) < 0.04
    assert {email or area for email, area in details} <= {"example.com", "555"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("any: {negative: {middle: [a]}}", "is no slot"),
        ("any: {negative: {opening: []}}", "is empty or says a thing twice"),
        ("any: {negative: {opening: [a, a]}}", "is empty or says a thing twice"),
    ],
)
def test_fragments_are_refused_when_malformed(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text(content)

    with pytest.raises(ValueError, match=message):
        list(read_fragments(tmp_path))
