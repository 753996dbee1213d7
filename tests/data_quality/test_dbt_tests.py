"""dbt's tests that warned or failed stand beside the suites, with what failed and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data_quality.dbt_tests import dbt_test_suites, waive_warnings
from data_quality.publish import publish_quality
from data_quality.results import SuiteResult, ValidationRun
from data_quality.storage import save_run
from data_quality.waivers import Waiver
from data_quality.wording import broken_in_words
from tests.data_quality.conftest import ANSWERS_SQL, LEDGER_SQL, MOMENT, Build

EVENTS = "assert_every_event_has_a_touchpoint"
KEY = "not_null_answers_id"
CODE = """{{ config(severity='warn') }}

-- Events that no row knows; add
-- a row for each.

select 1
-- not this
"""
FACT = {"name": "answers", "alias": "answers", "schema": "core", "meta": {"owner": "experience"}}
OTHER = {"name": "other", "alias": "other", "schema": "marts", "meta": {}}
MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.x.answers": FACT,
        "model.x.other": OTHER,
        f"test.x.{EVENTS}": {
            "name": EVENTS,
            "description": "",
            "raw_code": CODE,
            "meta": {"dagster": {"ref": {"name": "answers"}}},
            "depends_on": {"nodes": ["model.x.answers", "model.x.other"]},
        },
        f"test.x.{KEY}": {
            "name": KEY,
            "description": "",
            "raw_code": "{{ test_not_null(**_dbt_generic_test_kwargs) }}",
            "test_metadata": {"name": "not_null"},
            "column_name": "id",
            "attached_node": "model.x.other",
            "depends_on": {"nodes": ["model.x.other"]},
        },
    }
}


def outcome(name: str, status: str, failures: int | None, message: str = "") -> dict[str, Any]:
    return {
        "unique_id": f"test.x.{name}",
        "status": status,
        "failures": failures,
        "message": message,
    }


def suites_of(*outcomes: dict[str, Any]) -> tuple[SuiteResult, ...]:
    return dbt_test_suites(
        {"results": [{"unique_id": "model.x.other", "status": "error"}, *outcomes]},
        MANIFEST,
        {"core.answers": 1100},
        step="dbt_core",
        run_id="run-1",
        validated_at=MOMENT,
    )


def test_a_test_is_told_with_its_rows_and_advice_when_it_warned() -> None:
    (suite,) = suites_of(outcome(EVENTS, "warn", 1234), outcome(KEY, "pass", 0))
    (row,) = suite.rows
    assert (suite.suite_name, suite.status) == ("core_answers__tests_of_dbt_core", "warned")
    assert (row.table_name, row.rule, row.owner) == ("core.answers", EVENTS, "experience")
    assert (row.severity, row.status, row.unexpected_count) == ("warning", "failed", 1234)
    assert row.statement == "every event has a touchpoint"
    assert row.observed == "the test found 1,234 rows"
    assert row.why == (
        "Events that no row knows; add a row for each. "
        f"See the rows: throughline dbt show --select {EVENTS}"
    )
    assert row.table_row_count == 1100


@pytest.mark.parametrize(
    ("status", "kept", "error"),
    [("fail", "failed", None), ("error", "error", "no such column")],
)
def test_a_test_is_critical_when_dbt_stopped_at_it(
    status: str, kept: str, error: str | None
) -> None:
    (suite,) = suites_of(outcome(KEY, status, 1, "no such column"))
    (row,) = suite.rows
    assert (row.table_name, row.statement) == ("marts.other", "id: not null")
    assert (row.severity, row.status, row.error) == ("critical", kept, error)
    assert suite.is_blocking


def test_nothing_is_kept_when_every_test_held_or_did_not_run() -> None:
    assert suites_of(outcome(KEY, "pass", 0), outcome(EVENTS, "skipped", None)) == ()


def test_a_waiver_covers_warnings_only_since_dbt_has_stopped_at_the_others() -> None:
    until = MOMENT.date() + timedelta(days=9)
    waivers = [
        Waiver(
            decision_id=target,
            target=target,
            rule=None,
            until=until,
            why="known",
            decided_by="steward",
        )
        for target in ("core.answers", "marts.other")
    ]
    suites = suites_of(outcome(KEY, "fail", 2), outcome(EVENTS, "warn", 3))
    waived = waive_warnings(suites, waivers, MOMENT.date())
    assert [suite.rows[0].status for suite in waived] == ["waived", "failed"]


def test_the_report_shows_and_counts_the_test_when_it_warned(build: Build, tmp_path: Path) -> None:
    suites = suites_of(outcome(EVENTS, "warn", 3))
    expectation = replace(
        suites[0],
        suite_name="core_answers__scores",
        rows=(replace(suites[0].rows[0], expectation="other", suite_name="core_answers__scores"),),
    )
    found = ValidationRun(
        run_id="run-1", as_of=MOMENT.date(), validated_at=MOMENT, suites=(*suites, expectation)
    )
    save_run(found, tmp_path)
    report = publish_quality(build(ANSWERS_SQL, LEDGER_SQL), tmp_path, run_id="run-1")
    assert report.verdict == "Fit to publish, with 2 warnings (1 expectation, 1 dbt test)"
    page = report.path.read_text(encoding="utf-8")
    for words in ("every event has a touchpoint", "the test found 3 rows", "add a row for each"):
        assert words in page


def test_kinds_of_broken_rules_are_named_when_counted() -> None:
    assert broken_in_words(["dbt_test", "x", "dbt_test"]) == "1 expectation, 2 dbt tests"
    assert broken_in_words(["x", "y"]) == "2 expectations"
