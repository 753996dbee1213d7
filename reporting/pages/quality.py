"""Data quality in one look; the steward's report holds the detail."""

from __future__ import annotations

from reporting.page import Context, Page

MOST_FAILURES = 30
MOST_STREAMS = 60


_CHECK_COLUMNS = (
    "suite_name", "table_name", "statement", "why", "column_name", "severity", "observed", "owner",
)  # fmt: skip
_LOAD_COLUMNS = (
    "source_name", "stream", "file_name", "rows_in", "rows_loaded", "rows_quarantined",
    "rows_duplicate", "status", "message", "received_at",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect check results of the newest run and what became of each file."""
    runs = context.marts.select(
        "quality.expectation_results",
        ("run_id", "validated_at"),
        order_by="validated_at desc, run_id desc",
        limit=1,
    )
    newest = runs.first()
    run = {"run": newest["run_id"] if newest else None}
    failures = context.marts.select(
        "quality.expectation_results",
        _CHECK_COLUMNS,
        where="run_id = $run and not success",
        parameters=run,
        order_by="severity, suite_name, statement, column_name",
        limit=MOST_FAILURES,
    )
    loads = context.marts.select(
        "quality.load_ledger",
        _LOAD_COLUMNS,
        where="status <> 'unchanged'",
        order_by="status <> 'failed', rows_quarantined desc nulls last, source_name, stream, "
        "file_name, load_id",
        limit=MOST_STREAMS,
    )
    return {
        "newest": newest,
        "suites": _suites(context, run),
        "failures": failures,
        "loads": loads,
        "check_absence": runs.absence,
        "absence": None if newest or loads else runs.absence,
    }


def _suites(context: Context, run: dict[str, object]) -> dict[str, dict[str, int]]:
    """Count passed and failed checks of one run by suite."""
    results = context.marts.counts(
        "quality.expectation_results",
        ("suite_name", "severity", "success"),
        where="run_id = $run",
        parameters=run,
    )
    suites: dict[str, dict[str, int]] = {}
    for row in results.rows:
        cell = suites.setdefault(str(row["suite_name"]), {})
        name = "passed" if row["success"] else f"failed_{row['severity']}"
        cell[name] = cell.get(name, 0) + int(str(row["row_count"]))
    return suites


PAGE = Page(
    slug="quality",
    title="Data quality",
    navigation="Data quality",
    audience="Data stewards",
    order=80,
    summary="Whether the figures on this site can be trusted: checks, and what became of every "
    "file.",
    build=build,
)
