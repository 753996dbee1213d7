"""Suites of expectations as blocking checks, the load ledger, and the steward's report."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import dagster as dg

from data_quality.catalogue import Suite, list_suites
from data_quality.publish import publish_quality
from data_quality.results import SuiteResult, ValidationRun
from data_quality.runner import validate
from data_quality.storage import save_run
from orchestration.run import Run

LEDGER = dg.AssetKey(["quality", "load_ledger"])
STEWARDS = ["team:data_stewardship"]
# One dbt step builds a table together with tables that read it. A check that blocked what reads the
# table would cut that step in two and pay dbt's start twice, so the suites of these schemas stand
# on an asset of their own, on which all later steps wait.
GATED_SCHEMAS = ("core", "features", "marts")


def gate_key(schema: str) -> dg.AssetKey:
    """Return the key of the asset that stands for the checked tables of a schema."""
    return dg.AssetKey(["quality", f"checked_{schema}"])


def definitions(steps: Mapping[str, Collection[dg.AssetKey]]) -> dg.Definitions:
    """Return the ledger, the suites whose table is in the graph as checks, and the report.

    Parameters
    ----------
    steps
        Every other step of the graph with the keys of the tables it builds.
    """
    keys = {key for tables in steps.values() for key in tables}
    sources = sorted(
        key for key in keys if key.path[0] == "raw" and key.path[1] != "lexicon__vader"
    )
    ledger = ledger_asset(sources)
    suites = [suite for suite in list_suites() if table_key(suite) in {*keys, LEDGER}]
    gates = [
        gate_asset(
            schema,
            [suite for suite in suites if suite.schema_name == schema],
            # Models behind the marts may lie in core too; its gate stands before them.
            [
                key
                for key in (steps["dbt_core"] if schema == "core" else keys)
                if key.path[0] == schema
            ],
        )
        for schema in GATED_SCHEMAS
    ]
    checked_alone = [suite for suite in suites if suite.schema_name not in GATED_SCHEMAS]
    report = report_asset([*(gate.key for gate in gates), *map(table_key, checked_alone)])
    return dg.Definitions(
        assets=[ledger, *gates, report],
        asset_checks=[table_check(suite) for suite in checked_alone],
    )


def table_key(suite: Suite) -> dg.AssetKey:
    """Return the asset key of the table that a suite is about."""
    return dg.AssetKey([suite.schema_name, suite.table_name])


def ledger_asset(raw_keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that stands for the loader's ledger."""

    @dg.asset(key=LEDGER, deps=raw_keys, group_name="quality", owners=STEWARDS, kinds={"duckdb"})
    def load_ledger(run: Run) -> dg.MaterializeResult:
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


def gate_asset(
    schema: str, suites: Sequence[Suite], keys: Collection[dg.AssetKey]
) -> dg.AssetsDefinition:
    """Return the asset that is there once the suites of a schema have been run.

    A broken critical rule keeps everything behind the gate from being built. A broken warning does
    not, since it is reported with severity WARN.
    """

    @dg.asset(
        key=gate_key(schema),
        deps=sorted(keys),
        description=f"The tables of {schema}, checked: what reads them waits for this.",
        group_name="quality",
        owners=STEWARDS,
        kinds={"greatexpectations"},
        check_specs=[
            dg.AssetCheckSpec(
                suite.name,
                asset=gate_key(schema),
                description=f"{suite.table}: {suite.description}",
                blocking=True,
            )
            for suite in suites
        ],
    )
    def gate(run: Run) -> dg.MaterializeResult:
        validation = run_suites(run, suites)
        return dg.MaterializeResult(
            metadata={
                "suites": len(validation.suites),
                "critical_failures": len(validation.critical_failures),
                "warnings": len(validation.warnings),
            },
            check_results=[check_result(result, gate_key(schema)) for result in validation.suites],
        )

    return gate


def table_check(suite: Suite) -> dg.AssetChecksDefinition:
    """Return the step that validates one suite and blocks what reads its table."""

    @dg.multi_asset_check(
        name=f"check_{suite.name}",
        specs=[
            dg.AssetCheckSpec(
                suite.name, asset=table_key(suite), description=suite.description, blocking=True
            )
        ],
    )
    def check(run: Run) -> Iterator[dg.AssetCheckResult]:
        for result in run_suites(run, [suite]).suites:
            yield check_result(result, table_key(suite))

    return check


def run_suites(run: Run, suites: Sequence[Suite]) -> ValidationRun:
    """Validate, and keep the results in the warehouse and in the quality folder."""
    validation = validate(
        run.settings.warehouse_path,
        suites=[suite.name for suite in suites],
        run_id=run.identifier,
        validated_at=run.arrival,
    )
    save_run(validation, run.settings.quality_dir)
    run.warehouse.append(
        validation.results, "quality.expectation_results", replacing=("run_id", "suite_name")
    )
    return validation


def check_result(result: SuiteResult, asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    """Return Dagster's view of one suite's verdict."""
    return dg.AssetCheckResult(
        passed=result.status in {"passed", "skipped"},
        asset_key=asset_key,
        check_name=result.suite_name,
        severity=(
            dg.AssetCheckSeverity.ERROR if result.is_blocking else dg.AssetCheckSeverity.WARN
        ),
        description=result.summary(),
        metadata={
            "table": result.table_name,
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
    def report(run: Run) -> dg.MaterializeResult:
        """What stewards read: verdicts, reasons, examples, quarantine and history."""
        built = publish_quality(
            run.settings.warehouse_path, run.settings.quality_dir, run_id=run.identifier
        )
        return dg.MaterializeResult(
            metadata={
                "verdict": built.verdict,
                "critical_failures": built.critical_failures,
                "warnings": built.warnings,
                "evaluated": built.evaluated,
                "skipped": built.skipped,
                "address": dg.MetadataValue.path(built.path),
            }
        )

    return report


@dg.failure_hook(name="report_what_failed", required_resource_keys={"run"})
def report_what_failed(context: dg.HookContext) -> None:
    """Write the quality report when a step fails, since that is when a steward needs it.

    A step that fails before anything was validated leaves the last report standing.
    """
    run: Run = context.resources.run
    if (run.settings.quality_dir / "results" / run.identifier).is_dir():
        publish_quality(
            run.settings.warehouse_path, run.settings.quality_dir, run_id=run.identifier
        )
