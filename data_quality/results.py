"""What a validation found: rows of `quality.expectation_results`, and the verdict per suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

import pandas as pd

# What a status says of the rule; null where it was not evaluated.
_SUCCESS = {
    "passed": True,
    "failed": False,
    "error": False,
    "waived": False,
    "held": False,
    "skipped": None,
}
STATUSES = tuple(_SUCCESS)
BROKEN = ("failed", "error")
# What stands as `expectation` of a test of dbt.
DBT_TEST = "dbt_test"


@dataclass(frozen=True, kw_only=True)
class ExpectationResult:
    """One row of `quality.expectation_results`; every field is a column of it.

    ``success`` is null exactly when ``status`` is ``skipped``; an expectation that could not be
    evaluated has status ``error``, is not successful, and gives its reason in ``error``. A broken
    rule that a steward waived has status ``waived`` with who, until when and why; one whose batch
    was set aside, so that what remains keeps it, has status ``held``. Neither blocks.
    ``unexpected_share`` is a share in 0–1 of ``element_count``. ``sample`` is a JSON list of at
    most five rows. ``validated_at`` is UTC without a zone.
    """

    run_id: str
    suite_name: str
    table_name: str
    rule: str
    expectation: str
    column_name: str | None
    severity: str
    status: str
    success: bool | None
    statement: str
    observed: str
    observed_value: float | None
    element_count: int | None
    unexpected_count: int | None
    unexpected_share: float | None
    sample: str
    error: str | None
    why: str
    owner: str
    table_row_count: int | None
    validated_at: datetime
    waived_by: str | None = None
    waived_until: date | None = None
    waived_why: str | None = None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is not one of {', '.join(STATUSES)}")
        if self.success is not _SUCCESS[self.status]:
            raise ValueError(f"status {self.status!r} does not go with success {self.success!r}")
        if (self.status == "waived") is not (self.waived_until is not None):
            raise ValueError(
                f"status {self.status!r} does not go with a waiver {self.waived_until}"
            )
        if self.validated_at.tzinfo is not None:
            raise ValueError("validated_at must be UTC without a zone, as the warehouse holds it")


@dataclass(frozen=True, kw_only=True)
class SuiteResult:
    """Verdict of one suite on its table.

    ``seconds`` is wall time and is kept out of everything written; ``gx_result`` is Great
    Expectations' own result as JSON, scrubbed of personal values, or null when skipped.
    """

    suite_name: str
    table_name: str
    owner: str
    description: str
    rows: tuple[ExpectationResult, ...]
    skipped_reason: str | None
    table_row_count: int | None
    gx_result: Mapping[str, Any] | None
    seconds: float = 0.0

    def failures(self, severity: str) -> tuple[ExpectationResult, ...]:
        """Rules of a severity that failed or could not be evaluated, and still count."""
        return tuple(r for r in self.rows if r.status in BROKEN and r.severity == severity)

    def with_status(self, status: str) -> tuple[ExpectationResult, ...]:
        """Rules with a status, one of `STATUSES`."""
        return tuple(row for row in self.rows if row.status == status)

    @property
    def status(self) -> str:
        """``failed`` (a critical rule broken), ``warned``, ``skipped`` or ``passed``."""
        if self.failures("critical"):
            return "failed"
        if self.failures("warning") or self.with_status("held") or self.with_status("waived"):
            return "warned"
        return "skipped" if self.skipped_reason else "passed"

    @property
    def is_blocking(self) -> bool:
        """Whether what lies downstream of the table must wait."""
        return self.status == "failed"

    def summary(self) -> str:
        """One line for logs and check results."""
        if self.skipped_reason:
            return f"skipped: {self.skipped_reason}"
        broken = [row for row in self.rows if row.success is False]
        waiting = len(self.with_status("skipped"))
        rest = f", {waiting} not evaluated" if waiting else ""
        if not broken:
            return f"{len(self.rows) - waiting} of {len(self.rows)} expectations hold{rest}"
        names = "; ".join(f"[{_mark(row)}] {row.statement}: {row.observed}" for row in broken)
        return f"{len(broken)} of {len(self.rows)} expectations broken{rest}: {names}"


def _mark(row: ExpectationResult) -> str:
    return row.severity if row.status in BROKEN else f"{row.severity}, {row.status}"


@dataclass(frozen=True, kw_only=True)
class ValidationRun:
    """All suites validated together; ``as_of`` is the last day that counts."""

    run_id: str
    as_of: date
    validated_at: datetime
    suites: tuple[SuiteResult, ...]

    @property
    def results(self) -> pd.DataFrame:
        """Columns of `quality.expectation_results`, one row per expectation, typed when empty."""
        return results_frame([row for suite in self.suites for row in suite.rows])

    @property
    def critical_failures(self) -> tuple[ExpectationResult, ...]:
        """Critical rules that failed or could not be evaluated."""
        return tuple(row for suite in self.suites for row in suite.failures("critical"))

    @property
    def warnings(self) -> tuple[ExpectationResult, ...]:
        """Rules of severity warning that failed or could not be evaluated."""
        return tuple(row for suite in self.suites for row in suite.failures("warning"))

    def with_status(self, status: str) -> tuple[ExpectationResult, ...]:
        """Rules with a status, one of `STATUSES`."""
        return tuple(row for suite in self.suites for row in suite.with_status(status))

    @property
    def success(self) -> bool:
        """Whether nothing critical is broken."""
        return not self.critical_failures


_TYPES = {
    "success": "boolean",
    "observed_value": "Float64",
    "unexpected_share": "Float64",
    "element_count": "Int64",
    "unexpected_count": "Int64",
    "table_row_count": "Int64",
    "validated_at": "datetime64[us]",
    "waived_until": "object",
}


def results_frame(rows: list[ExpectationResult]) -> pd.DataFrame:
    """Rows as a frame with the columns and types of `quality.expectation_results`."""
    names = [field.name for field in fields(ExpectationResult)]
    frame = pd.DataFrame([asdict(row) for row in rows], columns=names)
    return frame.astype({name: _TYPES.get(name, "string") for name in names})
