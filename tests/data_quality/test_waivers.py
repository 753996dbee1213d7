"""Waivers: what they cover, until when, and that they do not stop counting what is broken."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from data_quality.results import ValidationRun
from data_quality.waivers import Waiver, apply_waivers, read_waivers
from tests.data_quality.conftest import Check, rule

UNTIL = date(2026, 7, 31)
WAIVER = Waiver(
    decision_id="decision-1",
    target="core.answers",
    rule="checked",
    until=UNTIL,
    why="The vendor mends the scale by then.",
    decided_by="A. Steward",
)


@pytest.fixture
def run(check: Check) -> ValidationRun:
    return check(
        rule("expect_column_max_to_be_between", kwargs={"column": "score", "max_value": 9}),
        rule("expect_column_mean_to_be_between", rule="e", kwargs={"column": "x", "min_value": 0}),
        rule(
            "expect_column_min_to_be_between", rule="m", kwargs={"column": "score", "min_value": 0}
        ),
    )


def statuses(run: ValidationRun, *waivers: Waiver, as_of: date = UNTIL) -> list[str]:
    (suite,) = apply_waivers(run.suites, waivers, as_of)
    return [row.status for row in suite.rows]


def test_a_waived_failure_no_longer_blocks_and_says_who_until_and_why(run: ValidationRun) -> None:
    (suite,) = apply_waivers(run.suites, [WAIVER], UNTIL)
    row = suite.rows[0]
    assert (row.status, row.success) == ("waived", False)
    assert (row.waived_by, row.waived_until, row.waived_why) == (
        "A. Steward", UNTIL, "The vendor mends the scale by then.",
    )  # fmt: skip
    assert row not in suite.failures("critical")
    assert row.observed == run.suites[0].rows[0].observed


def test_it_counts_again_the_day_after(run: ValidationRun) -> None:
    assert statuses(run, WAIVER)[0] == "waived"
    assert statuses(run, WAIVER, as_of=UNTIL + timedelta(days=1))[0] == "failed"


def test_errors_and_what_holds_are_never_waived(run: ValidationRun) -> None:
    everything = Waiver(
        decision_id="decision-2",
        target="core_answers__checks",
        until=UNTIL,
        why="All of it.",
        decided_by="A. Steward",
    )
    assert statuses(run, everything) == ["waived", "error", "passed"]


def test_another_table_or_rule_is_not_covered(run: ValidationRun) -> None:
    for change in ({"target": "core.other"}, {"rule": "m"}):
        other = Waiver(**{**vars(WAIVER), **change})
        assert statuses(run, other)[0] == "failed"


def test_the_one_that_lasts_longest_is_named(run: ValidationRun) -> None:
    longer = Waiver(**{**vars(WAIVER), "until": UNTIL + timedelta(days=9), "decided_by": "B."})
    (suite,) = apply_waivers(run.suites, [longer, WAIVER], UNTIL)
    assert suite.rows[0].waived_by == "B."


def test_waivers_are_read_from_stewards_decisions(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        assert read_waivers(connection) == ()
        connection.execute(
            "create schema quality; create view quality.waivers as select 'decision-1' as "
            "decision_id, 'core.answers' as target, 'checked' as expectation, "
            "date '2026-07-31' as valid_until, 'The vendor mends the scale by then.' as why, "
            "'A. Steward' as decided_by"
        )
        assert read_waivers(connection) == (WAIVER,)
