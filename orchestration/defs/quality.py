"""Suites of expectations as blocking checks, the load ledger, and the steward's report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import dagster as dg
from data_quality.report import refresh_report

from data_quality.catalogue import Suite, list_suites
from data_quality.results import SuiteResult
from data_quality.runner import validate
from orchestration.run import Run

LEDGER = dg.AssetKey(["quality", "load_ledger"])
STEWARDS = ["team:data-stewardship"]


def definitions(keys: Collection[dg.AssetKey]) -> dg.Definitions:
    """Return the ledger, one check per suite whose table is in the graph, and the report.

    Parameters
    ----------
    keys
        Keys of all other assets of the graph.
    """
    raw_keys = sorted(
        key for key in keys if key.path[0] == "raw" and key.path[1] != "lexicon__vader"
    )
    ledger = ledger_asset(raw_keys)
    known = {*keys, ledger.key}
    suites = [suite for suite in list_suites() if table_key(suite) in known]
    schemas = sorted({suite.schema_name for suite in suites})
    checks = [
        schema_checks(schema, [suite for suite in suites if suite.schema_name == schema])
        for schema in schemas
    ]
    report = report_asset([table_key(suite) for suite in suites])
    return dg.Definitions(assets=[ledger, report], asset_checks=checks)


def table_key(suite: Suite) -> dg.AssetKey:
    """Return the asset key of the table that a suite is about."""
    return dg.AssetKey([suite.schema_name, suite.table_name])


def ledger_asset(raw_keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that stands for the loader's ledger."""

    @dg.asset(key=LEDGER, deps=raw_keys, group_name="quality", owners=STEWARDS, kinds={"duckdb"})
    def load_ledger(run: Run) -> dg.MaterializeResult[None]:
        """Every landing file with its rows in, loaded, quarantined and skipped as duplicates."""
        ledger = run.warehouse.read("quality.load_ledger")
        counts = ["rows_in", "rows_loaded", "rows_quarantined", "rows_duplicate"]
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(ledger),
                **{name: int(ledger[name].sum()) for name in counts},
            }
        )

    return load_ledger


def schema_checks(schema: str, suites: Sequence[Suite]) -> dg.AssetChecksDefinition:
    """Return one step that validates all suites on the tables of a schema.

    Every check is blocking: a broken critical rule keeps what lies downstream from being built. A
    broken warning does not, since it is reported with severity WARN.
    """

    @dg.multi_asset_check(
        name=f"check_{schema}",
        specs=[
            dg.AssetCheckSpec(
                suite.name, asset=table_key(suite), description=suite.description, blocking=True
            )
            for suite in suites
        ],
    )
    def run_suites(run: Run) -> Iterator[dg.AssetCheckResult]:
        validation = validate(
            run.settings.warehouse_path,
            suites=[suite.name for suite in suites],
            run_id=run.identifier,
            validated_at=run.arrival,
        )
        run.warehouse.append(
            validation.results,
            "quality.expectation_results",
            replacing=("run_id", "suite_name"),
        )
        for result in validation.suites:
            yield check_result(result)

    return run_suites


def check_result(result: SuiteResult) -> dg.AssetCheckResult:
    """Return Dagster's view of one suite's verdict."""
    schema, table = result.table_name.split(".")
    return dg.AssetCheckResult(
        passed=result.status in {"passed", "skipped"},
        asset_key=dg.AssetKey([schema, table]),
        check_name=result.suite_name,
        severity=(
            dg.AssetCheckSeverity.ERROR if result.is_blocking else dg.AssetCheckSeverity.WARN
        ),
        description=result.summary(),
        metadata={
            "rows_in_table": result.table_row_count or 0,
            "expectations": len(result.rows),
            "critical_failures": len(result.failures("critical")),
            "warnings": len(result.failures("warning")),
            "failures": dg.MetadataValue.md(failures_in_words(result)),
            "owner": result.owner,
            "seconds": result.seconds,
        },
    )


def failures_in_words(result: SuiteResult) -> str:
    """Return a list of what is broken, with the sample of rows that the suite allows to show."""
    broken = [row for row in result.rows if row.success is False]
    if not broken:
        return "none"
    return "\n".join(
        f"- **{row.severity}** {row.statement}: {row.error or row.observed} `{row.sample}`"
        for row in broken
    )


def report_asset(checked: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the report; it waits for the checks, which stand between it and their tables."""

    @dg.asset(
        key=["quality", "report"],
        deps=sorted(set(checked)),
        group_name="quality",
        owners=STEWARDS,
        kinds={"html"},
    )
    def report(run: Run) -> dg.MaterializeResult[None]:
        """What stewards read: verdicts, reasons, examples, quarantine and history."""
        page = build_quality_report(run)
        return dg.MaterializeResult(metadata={"address": dg.MetadataValue.path(page)})

    return report


def build_quality_report(run: Run) -> str:
    """Write the report from what the warehouse holds of this run."""
    return str(
        refresh_report(run.settings.quality_dir, run.settings.warehouse_path, run.identifier)
    )


@dg.failure_hook(name="report_what_failed", required_resource_keys={"run"})
def report_what_failed(context: dg.HookContext) -> None:
    """Write the quality report when a step fails, since that is when a steward needs it."""
    build_quality_report(context.resources.run)
