"""What a validation found: rows of `quality.expectation_results`, and the verdict per suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import pandas as pd

STATUSES = ("passed", "failed", "error", "skipped")


@dataclass(frozen=True, kw_only=True)
class ExpectationResult:
    """One row of `quality.expectation_results`; every field is a column of it.

    ``success`` is null exactly when ``status`` is ``skipped``; an expectation that could not be
    evaluated has status ``error``, is not successful, and gives its reason in ``error``.
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

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is not one of {', '.join(STATUSES)}")
        expected = {"passed": True, "failed": False, "error": False, "skipped": None}[self.status]
        if self.success is not expected:
            raise ValueError(f"status {self.status!r} does not go with success {self.success!r}")
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
        """Rules of a severity that failed or could not be evaluated."""
        return tuple(r for r in self.rows if r.success is False and r.severity == severity)

    @property
    def status(self) -> str:
        """``failed`` (a critical rule broken), ``warned``, ``skipped`` or ``passed``."""
        if self.failures("critical"):
            return "failed"
        if self.failures("warning"):
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
        failed = [*self.failures("critical"), *self.failures("warning")]
        if not failed:
            return f"all {len(self.rows)} expectations hold"
        names = "; ".join(f"[{row.severity}] {row.statement}: {row.observed}" for row in failed)
        return f"{len(failed)} of {len(self.rows)} expectations broken: {names}"


@dataclass(frozen=True, kw_only=True)
class ValidationRun:
    """All suites validated together."""

    run_id: str
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
}


def results_frame(rows: list[ExpectationResult]) -> pd.DataFrame:
    """Rows as a frame with the columns and types of `quality.expectation_results`."""
    names = [field.name for field in fields(ExpectationResult)]
    frame = pd.DataFrame([asdict(row) for row in rows], columns=names)
    return frame.astype({name: _TYPES.get(name, "string") for name in names})
