"""Rules and observations in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_quality.catalogue import AGGREGATE_TYPES, MAP_TYPES
from data_quality.wording import (
    finding_in_words,
    number_in_words,
    observed_count,
    observed_value_in_words,
    range_in_words,
    share_in_words,
    statement_of,
)
from tests.data_quality.conftest import rule

ARGUMENTS = {
    "column": "score",
    "column_A": "delivered_at",
    "column_B": "ordered_at",
    "column_list": ["a", "b"],
    "value_set": [1, 2],
    "min_value": 0,
    "max_value": 10,
}


@pytest.mark.parametrize("kind", [*MAP_TYPES, *AGGREGATE_TYPES])
def test_every_allowed_type_has_words(kind: str) -> None:
    words = statement_of(rule(kind, kwargs=ARGUMENTS))
    assert words
    assert "{" not in words


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"min_value": 0, "max_value": 10}, "between 0 and 10"),
        ({"min_value": 1, "max_value": 1}, "exactly 1"),
        ({"min_value": 0.5}, "at least 0.5"),
        ({"max_value": 5000, "strict_max": True}, "less than 5,000"),
        ({"min_value": 0, "strict_min": True, "max_value": 1}, "more than 0 and at most 1"),
    ],
)
def test_limits_in_words(limits: dict[str, object], words: str) -> None:
    assert range_in_words(limits) == words


def test_range_without_limits_checks_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="min_value or max_value"):
        range_in_words({})


def test_mostly_is_part_of_the_statement() -> None:
    kwargs = {"column": "touchpoint_id", "value_set": ["unmapped"], "mostly": 0.98}
    words = statement_of(rule("expect_column_values_to_not_be_in_set", kwargs=kwargs))
    assert words == "touchpoint_id is none of unmapped, in at least 98 % of rows"


@pytest.mark.parametrize(
    ("count", "share", "total", "unit", "words"),
    [
        (12, 12 / 3400, 3400, "rows", "12 of 3,400 rows break it (0.35 %)"),
        (1, 0.5, 2, "rows", "1 of 2 rows breaks it (50 %)"),
        (0, 0.0, 3400, "rows", "all 3,400 rows keep it"),
        (0, None, 0, "rows", "there are no rows to look at"),
        (1, None, None, "files", "1 file breaks it"),
        (0, None, None, "files", "no files break it"),
        (1, None, None, "findings", "does not hold"),
        (0, None, None, "findings", "holds"),
    ],
)
def test_counts_in_words(
    count: int, share: float | None, total: int | None, unit: str, words: str
) -> None:
    assert observed_count(count, share, total, unit) == words


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_a_real_share_is_never_said_to_be_none_or_all(share: float) -> None:
    assert share_in_words(share) not in {"0 %", "100 %"}


def test_values_in_words() -> None:
    assert number_in_words(1234567) == "1,234,567"
    assert number_in_words(0.123456) == "0.1235"
    assert observed_value_in_words(None) == "no value to look at"
    assert observed_value_in_words(float("nan")) == "not a number"
    assert observed_value_in_words(list(range(12))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 2 more"
    assert finding_in_words({"off_scale": 306, "answers": 2000}) == "off scale 306, answers 2,000"
