"""One step of checks: measure its tables, run its suites, apply waivers, keep what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import dagster as dg

from data_quality.catalogue import Suite
from data_quality.derived import derived_results
from data_quality.measures import measure_tables
from data_quality.records import RunLine, load_records, write_records
from data_quality.results import ExpectationResult, SuiteResult, ValidationRun
from data_quality.runner import validate
from data_quality.storage import save_run
from data_quality.tables import TableSpec
from data_quality.waivers import apply_waivers, read_waivers
from orchestration.run import Run


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is checked together.

    Parameters
    ----------
    name
        Name of the step in the records.
    suites
        Written suites.
    specs
        Tables that are measured and get derived rules.
    comparable
        Runs with the same text are compared: the sources that are switched on.
    """

    name: str
    suites: Sequence[Suite]
    specs: Sequence[TableSpec]
    comparable: str = ""


def table_key(table: str) -> dg.AssetKey:
    """Return the asset key of ``schema.table``."""
    return dg.AssetKey(table.split("."))


def run_line(run: Run, step: Step) -> RunLine:
    """Return what the records of this run carry."""
    return RunLine(run_id=run.identifier, as_of=run.last_day, comparable=step.comparable)


def evaluate(run: Run, step: Step) -> ValidationRun:
    """Check a step's tables; nothing but the measures is kept yet."""
    line = run_line(run, step)
    with run.warehouse.connect() as connection:
        measures = measure_tables(
            connection,
            run.settings.quality_dir,
            step.specs,
            line=line,
            arrival=run.arrival,
            step=step.name,
        )
        waivers = read_waivers(connection)
    derived = derived_results(
        step.specs,
        measures,
        run.warehouse.row_counts(),
        run_id=run.identifier,
        validated_at=run.arrival,
    )
    written: tuple[SuiteResult, ...] = ()
    if step.suites:
        written = validate(
            run.settings.warehouse_path,
            catalogue=step.suites,
            run_id=run.identifier,
            validated_at=run.arrival,
            as_of=run.last_day,
        ).suites
    return ValidationRun(
        run_id=run.identifier,
        as_of=run.last_day,
        validated_at=run.arrival,
        suites=apply_waivers((*written, *derived), waivers, run.last_day),
    )


def keep(run: Run, step: Step, validation: ValidationRun) -> None:
    """Keep results in the quality folder and in the warehouse."""
    save_run(validation, run.settings.quality_dir)
    with run.warehouse.connect() as connection:
        write_records(
            connection,
            run.settings.quality_dir,
            "expectation_results",
            validation.results,
            line=run_line(run, step),
            step=step.name,
        )
        load_records(connection, run.settings.quality_dir)


def checked(run: Run, step: Step) -> ValidationRun:
    """Check a step's tables and keep what was found."""
    validation = evaluate(run, step)
    keep(run, step, validation)
    return validation


def with_held(before: ValidationRun, after: ValidationRun, tables: set[str]) -> ValidationRun:
    """Return the results after files were set aside, with what was broken before as ``held``.

    A critical rule of these tables that no longer breaks was broken by what was set aside, so the
    earlier finding stands beside the mark that it is dealt with.
    """
    found = {(row.suite_name, row.rule): row for suite in before.suites for row in suite.rows}

    def settled(row: ExpectationResult) -> ExpectationResult:
        earlier = found.get((row.suite_name, row.rule))
        was_broken = earlier is not None and earlier.status == "failed"
        if earlier is None or not was_broken or row.table_name not in tables:
            return row
        if earlier.severity != "critical" or row.status not in {"passed", "skipped"}:
            return row
        return replace(earlier, status="held")

    return replace(
        after,
        suites=tuple(
            replace(suite, rows=tuple(settled(row) for row in suite.rows)) for suite in after.suites
        ),
    )


def check_result(result: SuiteResult, asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    """Return Dagster's view of one suite's verdict, with figures and rows that broke a rule."""
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
            "waived": len(result.with_status("waived")),
            "set_aside": len(result.with_status("held")),
            "not_evaluated": len(result.with_status("skipped")),
            "figures": dg.MetadataValue.md(figures_in_words(result)),
            "failures": dg.MetadataValue.md(failures_in_words(result)),
            "owner": result.owner,
            "seconds": result.seconds,
        },
    )


def figures_in_words(result: SuiteResult) -> str:
    """Return a table of every rule with its state and what was observed."""
    lines = ["| rule | severity | state | observed |", "|---|---|---|---|"]
    lines += [
        f"| {row.statement} | {row.severity} | {row.status} | {row.error or row.observed} |"
        for row in result.rows
    ]
    return "\n".join(lines)


def failures_in_words(result: SuiteResult) -> str:
    """Return what is broken, waived or held, with the sample of rows that may be shown."""
    broken = [row for row in result.rows if row.success is False]
    if not broken:
        return "none"
    return "\n".join(f"- {_failure(row)}" for row in broken)


def _failure(row: ExpectationResult) -> str:
    words = f"**{row.severity}** {row.statement}: {row.error or row.observed} `{row.sample}`"
    if row.status == "waived":
        words += f" (waived by {row.waived_by} until {row.waived_until}: {row.waived_why})"
    if row.status == "held":
        words += " (the files that broke it were set aside)"
    return words
