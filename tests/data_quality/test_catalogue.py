"""The suites as data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_quality.catalogue import (
    SUITES_FOLDER,
    Suite,
    SuiteError,
    list_suites,
    read_suite,
    select_suites,
    suites_for,
)
from data_quality.wording import statement_of
from tests.data_quality.conftest import rule, suite_of

# Columns of the house that hold personal data; none may appear in a sample.
PERSONAL = {
    "customer_label",
    "full_name",
    "email",
    "phone",
    "respondent",
    "comment",
    "comment_text",
    "comment_redacted",
    "raw_text",
    "value_text",
    "positive_quote",
    "negative_quote",
}
GOOD = """
table: core.fct_orders
owner: finance
description: Orders are plausible.
applies_when: table_exists
expectations:
  - rule: totals
    type: expect_column_values_to_be_between
    kwargs: {column: total_amount, min_value: 0}
    severity: critical
    why: A reason.
"""


@pytest.mark.parametrize("suite", list_suites(), ids=lambda suite: suite.name)
def test_every_suite_reads_well_and_shows_no_personal_column(suite: Suite) -> None:
    assert not set(suite.sample_columns) & PERSONAL
    for expectation in suite.expectations:
        assert expectation.why.endswith(".")
        assert statement_of(expectation)
        assert not statement_of(expectation).endswith(".")


def test_suites_cover_every_layer_that_the_issue_names() -> None:
    layers = {suite.schema_name for suite in list_suites()}
    assert {"raw", "quality", "core", "marts", "features", "ml"} <= layers
    severities = {e.severity for suite in list_suites() for e in suite.expectations}
    assert severities == {"critical", "warning"}


def test_file_names_are_the_suite_names() -> None:
    names = sorted(path.stem for path in SUITES_FOLDER.glob("*.yaml"))
    assert names == [suite.name for suite in list_suites()]


def test_suites_for_finds_those_of_one_table() -> None:
    one = rule(kwargs={"unexpected_rows_query": "select * from {batch}"})
    first, other = suite_of(one), suite_of(one, name="core_answers__more")
    assert suites_for("core.answers", [first, other]) == (first, other)
    assert suites_for("core.nothing", [first]) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("_values_to_be_between", "_values_to_be_betwen", "Did you mean 'expect_column_values_to_"),
        ("severity: critical", "severity: fatal", "critical, warning"),
        ("why: A reason.", "why: ''", "gives no reason"),
        ("core.fct_orders", "core.fct_tickets", "must be named core_fct_tickets__"),
        ("table_exists", "sometimes", "always, table_exists, table_not_empty"),
        ("owner: finance", "owner: ''", "needs an owner"),
        ("owner: finance", "owner: finance\ncolour: red", "colour"),
        ("rule: totals", "rule: Totals!", "lower-case"),
    ],
)
def test_bad_suite_names_the_file_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "core_fct_orders__orders.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_suite(path).table == "core.fct_orders"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(SuiteError, match=re.escape(message)) as caught:
        read_suite(path)
    assert path.name in str(caught.value)


def test_sql_rule_needs_the_batch_and_words() -> None:
    with pytest.raises(SuiteError, match=r"must select from \{batch\}"):
        rule(kwargs={"unexpected_rows_query": "select 1"})
    with pytest.raises(SuiteError, match="needs a 'statement'"):
        rule(kwargs={"unexpected_rows_query": "select * from {batch}"}, statement=None)


def test_repeated_rule_is_refused() -> None:
    one = rule(kwargs={"unexpected_rows_query": "select * from {batch}"})
    with pytest.raises(SuiteError, match="repeats the rules checked"):
        suite_of(one, one)


def test_unknown_suite_gives_the_nearest() -> None:
    known = [suite_of(rule(kwargs={"unexpected_rows_query": "select * from {batch}"}))]
    with pytest.raises(SuiteError, match="Did you mean 'core_answers__checks'"):
        select_suites(["core_answer__checks"], known)
    assert select_suites(None, known) == tuple(known)
