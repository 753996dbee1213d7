"""Data quality in one look; the steward's report holds the detail."""

from __future__ import annotations

from reporting.page import Context, Page

MOST_FAILURES = 30
MOST_WAIVERS = 30
MOST_STREAMS = 60
DAYS_OF_GRADES = 14


_CHECK_COLUMNS = (
    "suite_name", "table_name", "statement", "why", "column_name", "severity", "observed", "owner",
)  # fmt: skip
_WAIVER_COLUMNS = (
    "table_name", "statement", "severity", "observed", "waived_by", "waived_until", "waived_why",
)  # fmt: skip
_LOAD_COLUMNS = (
    "source_name", "stream", "file_name", "rows_in", "rows_loaded", "rows_quarantined",
    "rows_duplicate", "status", "message", "received_at",
)  # fmt: skip
_MART_COLUMNS = (
    "mart_name", "owner", "grade", "reasons", "row_count", "evaluated_count", "rule_count",
    "oldest_stream_days",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect grades, check results of the newest run and what became of each file."""
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
        where="run_id = $run and status in ('failed', 'error', 'held')",
        parameters=run,
        order_by="severity, suite_name, statement, column_name",
        limit=MOST_FAILURES,
    )
    waivers = context.marts.select(
        "quality.expectation_results",
        _WAIVER_COLUMNS,
        where="run_id = $run and status = 'waived'",
        parameters=run,
        order_by="waived_until, suite_name, statement, column_name",
        limit=MOST_WAIVERS,
    )
    loads = context.marts.select(
        "quality.load_ledger",
        _LOAD_COLUMNS,
        where="status <> 'unchanged'",
        order_by="status <> 'failed', rows_quarantined desc nulls last, source_name, stream, "
        "file_name, load_id",
        limit=MOST_STREAMS,
    )
    marts = context.marts.select(
        "marts.mart_quality_scorecard",
        _MART_COLUMNS,
        where="is_latest",
        order_by="grade desc, mart_name",
    )
    return {
        "newest": newest,
        "marts": marts,
        "grades": _grades(context),
        "suites": _suites(context, run),
        "failures": failures,
        "waivers": waivers,
        "loads": loads,
        "check_absence": runs.absence,
        "absence": None if newest or loads else runs.absence,
    }


def _grades(context: Context) -> dict[str, list[tuple[object, object]]]:
    """Return for each mart its newest days with their grades, the oldest first."""
    rows = context.marts.select(
        "marts.mart_quality_scorecard",
        ("mart_name", "as_of_date", "grade"),
        order_by="mart_name, as_of_date",
    ).rows
    grades: dict[str, list[tuple[object, object]]] = {}
    for row in rows:
        grades.setdefault(str(row["mart_name"]), []).append((row["as_of_date"], row["grade"]))
    return {name: days[-DAYS_OF_GRADES:] for name, days in grades.items()}


def _suites(context: Context, run: dict[str, object]) -> dict[str, dict[str, int]]:
    """Count checks of one run by suite and what became of them."""
    results = context.marts.counts(
        "quality.expectation_results",
        ("suite_name", "severity", "status"),
        where="run_id = $run",
        parameters=run,
    )
    suites: dict[str, dict[str, int]] = {}
    for row in results.rows:
        cell = suites.setdefault(str(row["suite_name"]), {})
        status = str(row["status"])
        name = f"failed_{row['severity']}" if status in {"failed", "error"} else status
        cell[name] = cell.get(name, 0) + int(str(row["row_count"]))
    return suites


PAGE = Page(
    slug="quality",
    title="Data quality",
    navigation="Data quality",
    audience="Data stewards",
    order=80,
    summary="Whether the figures on this site can be trusted: a grade for each mart, checks, and "
    "what became of every file.",
    build=build,
)
