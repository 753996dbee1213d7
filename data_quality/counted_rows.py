"""A SQL rule that scans its table once.

Great Expectations' own expectation counts the offending rows and, in a second scan, fetches up to
two hundred of them whole, personal columns included, only to drop them from the result. Ours asks
for the count alone; the runner fetches five rows of allowed columns for broken rules.

Importing this module imports Great Expectations and registers the expectation with it, so it is
imported where it is used, after `duckdb_engine.load_great_expectations`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations import UnexpectedRowsExpectation


class CountedRowsExpectation(UnexpectedRowsExpectation):  # type: ignore[misc]
    """Holds when its query returns no row."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}
