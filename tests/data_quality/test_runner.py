"""Validation: each kind of expectation kept and broken, severities, errors, samples, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_quality.catalogue import SQL_TYPE, TYPES, list_suites
from data_quality.runner import validate
from tests.data_quality.conftest import ANSWERS_SQL, MOMENT, Build, Check, rule, suite_of

FILLED = "expect_column_proportion_of_non_null_values_to_be_between"
DISTINCT = "expect_column_proportion_of_unique_values_to_be_between"
LATER = "expect_column_pair_values_a_to_be_greater_than_b"
SET = "expect_column_distinct_values"
QUERY = "unexpected_rows_query"
JOINED = "select a.* from {batch} as a join {batch} as b using (answer_id) where b.score = 3"
# kind, arguments that the answers keep, arguments that they break, offending rows of the latter
KINDS: list[tuple[str, dict[str, Any], dict[str, Any], int | None]] = [
    (
        "expect_column_values_to_be_between",
        {"column": "score", "min_value": 0, "max_value": 10},
        {"column": "score", "min_value": 0, "max_value": 9},
        100,
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "channel_id", "value_set": ["web", "email"]},
        {"column": "channel_id", "value_set": ["email"]},
        990,
    ),
    (
        "expect_column_values_to_not_be_in_set",
        {"column": "channel_id", "value_set": ["email"]},
        {"column": "channel_id", "value_set": ["web"]},
        990,
    ),
    (
        "expect_column_values_to_not_be_null",
        {"column": "answer_id"},
        {"column": "channel_id"},
        110,
    ),
    ("expect_column_values_to_be_null", {"column": "nothing"}, {"column": "channel_id"}, 990),
    ("expect_column_values_to_be_unique", {"column": "answer_id"}, {"column": "score"}, 1100),
    (
        "expect_column_value_lengths_to_be_between",
        {"column": "channel_id", "min_value": 3, "max_value": 3},
        {"column": "email", "min_value": 20, "max_value": 21},
        1000,
    ),
    (
        LATER,
        {"column_A": "answered_at", "column_B": "sent_at"},
        {"column_A": "sent_at", "column_B": "answered_at"},
        1100,
    ),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["answer_id", "score"]},
        {"column_list": ["score", "channel_id"]},
        990,
    ),
    (
        "expect_column_max_to_be_between",
        {"column": "score", "max_value": 10},
        {"max_value": 9},
        None,
    ),
    (
        "expect_column_min_to_be_between",
        {"column": "score", "min_value": 0},
        {"min_value": 1},
        None,
    ),
    (
        "expect_column_mean_to_be_between",
        {"column": "score", "min_value": 4.9, "max_value": 5.1},
        {"min_value": 6},
        None,
    ),
    (
        "expect_column_median_to_be_between",
        {"column": "score", "min_value": 5, "max_value": 5},
        {"min_value": 6, "max_value": 7},
        None,
    ),
    (
        "expect_column_stdev_to_be_between",
        {"column": "score", "min_value": 3, "max_value": 3.3},
        {"max_value": 1, "min_value": 0},
        None,
    ),
    (
        "expect_column_sum_to_be_between",
        {"column": "score", "min_value": 5500},
        {"min_value": 5501},
        None,
    ),
    (FILLED, {"column": "channel_id", "min_value": 0.9}, {"min_value": 0.91}, None),
    (DISTINCT, {"column": "score", "max_value": 0.01}, {"max_value": 0.009}, None),
    (
        "expect_column_unique_value_count_to_be_between",
        {"column": "score", "min_value": 11, "max_value": 11},
        {"min_value": 12, "max_value": 20},
        None,
    ),
    (
        f"{SET}_to_be_in_set",
        {"column": "score", "value_set": [float(n) for n in range(11)]},
        {"value_set": [1.0, 2.0]},
        None,
    ),
    (
        f"{SET}_to_contain_set",
        {"column": "channel_id", "value_set": ["web"]},
        {"value_set": ["fax"]},
        None,
    ),
    (
        "expect_table_row_count_to_be_between",
        {"min_value": 1100, "max_value": 1100},
        {"min_value": 1101, "max_value": 1102},
        None,
    ),
    (
        SQL_TYPE,
        {QUERY: "select * from {batch} where score > 10"},
        {QUERY: JOINED},
        100,
    ),
]


@pytest.mark.parametrize(("kind", "kept", "broken", "count"), KINDS, ids=[k[0] for k in KINDS])
def test_each_kind_holds_and_breaks(
    check: Check, kind: str, kept: dict[str, Any], broken: dict[str, Any], count: int | None
) -> None:
    broken = {**{k: v for k, v in kept.items() if k == "column"}, **broken}
    run = check(rule(kind, rule="kept", kwargs=kept), rule(kind, rule="broken", kwargs=broken))
    first, second = run.suites[0].rows
    assert (first.status, first.success, first.error) == ("passed", True, None)
    assert (second.status, second.success, second.error) == ("failed", False, None)
    assert second.unexpected_count == count
    if count is not None and second.element_count:
        assert second.unexpected_share == pytest.approx(count / second.element_count)


def test_every_allowed_kind_is_tried() -> None:
    assert {kind for kind, *_ in KINDS} == set(TYPES)
    used = {e.type for suite in list_suites() for e in suite.expectations}
    assert used <= set(TYPES)


def test_counts_agree_with_plain_python(check: Check) -> None:
    kwargs = {"column": "score", "min_value": 2, "max_value": 9}
    (row,) = check(rule("expect_column_values_to_be_between", kwargs=kwargs)).suites[0].rows
    offending = [n for n in range(1100) if not 2 <= n % 11 <= 9]
    assert (row.element_count, row.unexpected_count) == (1100, len(offending))
    assert row.observed_value == row.unexpected_share == pytest.approx(len(offending) / 1100)
    samples = json.loads(row.sample)
    assert [s["answer_id"] for s in samples] == offending[:5]
    assert all(s["score"] == s["answer_id"] % 11 for s in samples)


def test_empty_values_are_not_judged_by_a_rule_on_values(check: Check) -> None:
    kwargs = {"column": "channel_id", "value_set": ["email"], "mostly": 0.5}
    (row,) = check(rule("expect_column_values_to_be_in_set", kwargs=kwargs)).suites[0].rows
    assert (row.element_count, row.unexpected_share) == (990, 1.0)


@pytest.mark.parametrize(
    ("severity", "status", "is_blocking"),
    [("warning", "warned", False), ("critical", "failed", True)],
)
def test_only_critical_rules_block(
    check: Check, severity: str, status: str, is_blocking: bool
) -> None:
    kwargs = {"column": "score", "max_value": 9}
    run = check(rule("expect_column_max_to_be_between", kwargs=kwargs, severity=severity))
    (result,) = run.suites
    assert (result.status, result.is_blocking, run.success) == (
        status,
        is_blocking,
        not is_blocking,
    )
    assert f"[{severity}] the largest score is at most 9: 10" in result.summary()
    assert len(run.critical_failures) + len(run.warnings) == 1


@pytest.mark.parametrize(
    ("kind", "kwargs", "text"),
    [
        ("expect_column_mean_to_be_between", {"column": "missing", "min_value": 0}, "missing"),
        (SQL_TYPE, {QUERY: "select * from {batch} where missing > 1"}, "missing"),
        (SQL_TYPE, {QUERY: "select * from {batch}, core.nowhere"}, "nowhere"),
        ("expect_column_mean_to_be_between", {"column": "email", "min_value": 0}, "VARCHAR"),
    ],
)
def test_rule_that_cannot_be_evaluated_is_a_failure_with_its_error(
    check: Check, kind: str, kwargs: dict[str, Any], text: str
) -> None:
    holding = rule("expect_column_values_to_be_unique", rule="fine", kwargs={"column": "answer_id"})
    run = check(rule(kind, kwargs=kwargs), holding)
    row, other = run.suites[0].rows
    assert (row.status, row.success, row.observed) == ("error", False, "could not be checked")
    assert row.error is not None
    assert text in row.error
    assert "Traceback" not in json.dumps(run.suites[0].gx_result)
    assert not run.success
    assert other.success, "one rule in error must not take the others with it"


@pytest.mark.parametrize(
    ("applies_when", "statement", "status", "reason"),
    [
        ("always", "drop table core.answers", "failed", None),
        ("table_exists", "drop table core.answers", "skipped", "is not in this warehouse"),
        ("table_not_empty", "drop table core.answers", "skipped", "is not in this warehouse"),
        ("table_exists", "delete from core.answers", "failed", None),
        ("table_not_empty", "delete from core.answers", "skipped", "is empty"),
    ],
)
def test_missing_or_empty_table_is_skipped_only_when_the_suite_says_so(
    build: Build, applies_when: str, statement: str, status: str, reason: str | None
) -> None:
    kwargs = {"min_value": 1}
    expectation = rule("expect_table_row_count_to_be_between", kwargs=kwargs)
    suite = suite_of(expectation, applies_when=applies_when)
    database = build(ANSWERS_SQL, statement)
    run = validate(database, run_id="r", validated_at=MOMENT, catalogue=[suite])
    (result,) = run.suites
    assert result.status == status
    assert (reason or "") in (result.skipped_reason or "")
    assert run.results["success"].isna().all() == (status == "skipped")


def test_samples_show_allowed_columns_only(check: Check) -> None:
    kwargs = {"column": "email", "min_value": 100}
    lengths = rule("expect_column_value_lengths_to_be_between", rule="map", kwargs=kwargs)
    query = rule(rule="query", kwargs={QUERY: "select * from {batch} where score = 10"})
    run = check(lengths, query)
    for row in run.suites[0].rows:
        samples = json.loads(row.sample)
        assert len(samples) == 5
        assert all(set(sample) == {"answer_id", "score"} for sample in samples)
    everything = run.results.to_csv() + json.dumps(run.suites[0].gx_result)
    assert "@example.com" not in everything


def test_braces_of_a_pattern_need_no_doubling(check: Check) -> None:
    query = "select * from {batch} where regexp_matches(email, '^someone[0-9]{4}@')"
    (row,) = check(rule(kwargs={QUERY: query})).suites[0].rows
    assert row.unexpected_count == 100


def test_findings_are_said_with_their_figures(check: Check) -> None:
    query = "select count(*) as answers, max(score) as highest from {batch} having max(score) > 9"
    expectation = rule(kwargs={QUERY: query}, unit="findings")
    run = check(expectation, sample_columns=("answers", "highest"))
    (row,) = run.suites[0].rows
    assert row.observed == "answers 1,100, highest 10"
    assert (row.element_count, row.unexpected_share) == (None, None)


def test_results_load_into_the_warehouse_with_their_types(check: Check) -> None:
    run = check(rule("expect_column_max_to_be_between", kwargs={"column": "score", "max_value": 9}))
    results = run.results
    relation = duckdb.sql("select * from results")
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    assert {types[name] for name in ("observed_value", "unexpected_share")} == {"DOUBLE"}
    assert {types[name] for name in ("element_count", "unexpected_count")} == {"BIGINT"}
    assert types["success"] == "BOOLEAN"
    assert types["validated_at"] == "TIMESTAMP"
    wanted = "run_id suite_name table_name expectation column_name severity success observed"
    wanted += " element_count unexpected_count unexpected_share sample owner validated_at"
    assert set(wanted.split()) <= set(types)
    assert len(results) == 1


def test_moment_with_a_zone_becomes_utc(build: Build) -> None:
    suite = suite_of(rule("expect_table_row_count_to_be_between", kwargs={"min_value": 1}))
    database = build(ANSWERS_SQL)
    berlin = datetime(2026, 7, 1, 7, 0, tzinfo=timezone(timedelta(hours=2)))
    for moment in (berlin, MOMENT.replace(tzinfo=UTC), MOMENT):
        run = validate(database, run_id="r", validated_at=moment, catalogue=[suite])
        assert run.validated_at == MOMENT


def test_same_input_gives_the_same_results(check: Check, build: Build, tmp_path: Path) -> None:
    kwargs = {"column": "score", "min_value": 0, "max_value": 9}
    suite = suite_of(rule("expect_column_values_to_be_between", kwargs=kwargs))
    database = build(ANSWERS_SQL)
    runs = [
        validate(database, run_id="r", validated_at=MOMENT, catalogue=[suite]) for _ in range(2)
    ]
    assert runs[0].suites[0].rows == runs[1].suites[0].rows
    assert runs[0].suites[0].gx_result == runs[1].suites[0].gx_result


MEMORY_PROBE = """
import resource, sys
from datetime import datetime
from pathlib import Path
import pandas as pd
from data_quality.runner import validate
from tests.data_quality.conftest import rule, suite_of

small, large = map(Path, sys.argv[1:])
between = "expect_column_values_to_be_between"
suite = suite_of(
    rule(between, rule="score", kwargs={"column": "score", "min_value": 0, "max_value": 5}),
    rule("expect_column_values_to_be_unique", rule="key", kwargs={"column": "score"}),
    rule("expect_column_value_lengths_to_be_between", rule="text",
         kwargs={"column": "email", "min_value": 100}),
    rule("expect_column_median_to_be_between", rule="median",
         kwargs={"column": "score", "min_value": 0, "max_value": 9}),
    rule(rule="sql", kwargs={"unexpected_rows_query": "select * from {batch} where score < 9"}),
)

def refuse(*args, **kwargs):
    raise AssertionError("a frame was read from the warehouse")

pd.read_sql = pd.read_sql_query = pd.read_sql_table = refuse

def peak(path):
    run = validate(path, run_id="r", validated_at=datetime(2026, 7, 1), catalogue=[suite],
                   limits={"memory_limit": "100MB", "threads": "2"})
    assert [row.status for row in run.suites[0].rows] == ["failed"] * 3 + ["passed", "failed"], run
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before = peak(small)
print(peak(large) - before)
"""


def test_two_million_rows_are_never_in_memory(build: Build, tmp_path: Path) -> None:
    """As a frame they take over 300 MB (the e-mail addresses alone 100 MB)."""
    small = build(ANSWERS_SQL)
    large = tmp_path / "large.duckdb"
    with duckdb.connect(str(large)) as connection:
        connection.execute(ANSWERS_SQL.replace("range(1100)", "range(2000000)"))
    command = [sys.executable, "-W", "ignore", "-c", MEMORY_PROBE, str(small), str(large)]
    root = Path(__file__).parents[2]
    probe = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert probe.returncode == 0, probe.stderr
    assert float(probe.stdout) < 200


def test_missing_warehouse_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no warehouse"):
        validate(tmp_path / "none.duckdb", run_id="r", validated_at=MOMENT)
