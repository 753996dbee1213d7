"""The load ledger and the report that stewards read."""

from collections.abc import Sequence

import dagster as dg

from data_quality.publish import publish_quality
from orchestration.defs.quality.gates import STEWARDS
from orchestration.run import Run


def ledger_asset(key: dg.AssetKey, raw_keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that stands for the loader's ledger."""

    @dg.asset(key=key, deps=raw_keys, group_name="quality", owners=STEWARDS, kinds={"duckdb"})
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
                "waived": built.waived,
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
