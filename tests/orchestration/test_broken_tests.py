"""The closing summary and the quality report count the same; what dbt's tests found is in both."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from dagster_dbt import DbtCliInvocation

from data_quality.records import RunLine, load_records, write_records
from data_quality.storage import load_run
from orchestration.defs.transformation.broken_tests import keep_broken_tests
from orchestration.headless import check_summary
from orchestration.run import Run
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.data_quality.test_dbt_tests import EVENTS, MANIFEST, outcome

DAY = date(2026, 6, 30)


class Company:
    """A company whose run has checked one suite, of which a warning is broken."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, sources=("generic",))
        self.warehouse = Warehouse.of(self.settings)
        line = RunLine(run_id="run-1", as_of=DAY, comparable="generic")
        rows = pd.DataFrame(
            [
                {"rule": "a", "severity": "warning", "status": "failed", "expectation": "x"},
                {"rule": "b", "severity": "warning", "status": "passed", "expectation": "x"},
                {"rule": "c", "severity": "warning", "status": "waived", "expectation": "x"},
            ]
        )
        with self.warehouse.connect() as connection:
            folder = self.settings.quality_dir
            write_records(connection, folder, "expectation_results", rows, line=line, step="core")
            load_records(connection, folder)

    def keep(self, run_id: str, *outcomes: dict[str, Any]) -> None:
        """Keep what one pass of dbt left."""
        target = self.settings.home / "target"
        target.mkdir(exist_ok=True)
        (target / "run_results.json").write_text(json.dumps({"results": outcomes}))
        (target / "manifest.json").write_text(json.dumps(MANIFEST))
        run = SimpleNamespace(
            settings=self.settings,
            warehouse=self.warehouse,
            identifier=run_id,
            last_day=DAY,
            arrival=datetime(2026, 7, 1, 5),
        )
        invocation = SimpleNamespace(
            target_path=target,
            get_artifact=lambda name: json.loads((target / name).read_text()),
        )
        keep_broken_tests(cast("Run", run), "dbt_core", cast("DbtCliInvocation", invocation))

    def summary(self) -> list[str]:
        """Return what the closing summary says of the checks."""
        return list(check_summary(self.warehouse, "run-1"))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_the_summary_counts_what_the_report_shows_when_a_test_warned(company: Company) -> None:
    company.keep("run-1", outcome(EVENTS, "warn", 3))
    assert company.summary() == [
        "Checks: 2 warned: 1 expectation, 1 dbt test. The quality report says why."
    ]
    (row,) = load_run(company.settings.quality_dir, "run-1").warnings
    assert (row.rule, row.unexpected_count) == (EVENTS, 3)


def test_failures_come_first_when_a_test_failed(company: Company) -> None:
    company.keep("run-1", outcome(EVENTS, "fail", 3))
    assert company.summary() == [
        "Checks: 1 failed: 1 dbt test; 1 warned: 1 expectation. The quality report says why."
    ]


def test_a_test_is_gone_from_the_records_when_it_holds_again(company: Company) -> None:
    company.keep("run-1", outcome(EVENTS, "warn", 3))
    company.keep("run-1", outcome(EVENTS, "pass", 0))
    assert company.summary() == ["Checks: 1 warned: 1 expectation. The quality report says why."]


def test_records_of_the_day_stay_when_a_pass_was_launched_by_itself(company: Company) -> None:
    company.keep("run-2", outcome(EVENTS, "warn", 3))
    assert company.summary() == ["Checks: 1 warned: 1 expectation. The quality report says why."]


def test_nothing_is_said_when_nothing_was_checked(tmp_path: Path) -> None:
    assert list(check_summary(Warehouse.of(Settings(home=tmp_path, sources=())), "run-1")) == []
