"""The checks that stand between the steps of a run."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import dagster as dg
import duckdb
import pandas as pd

from data_quality.catalogue import SQL_TYPE, Suite
from data_quality.measures import QUARANTINE_TOLERABLE, ROWS_OF_A_SHARE
from data_quality.records import load_records, write_records
from data_quality.results import ExpectationResult, ValidationRun
from orchestration.defs.quality.checking import (
    Step,
    check_result,
    checked,
    evaluate,
    keep,
    run_line,
    table_key,
    with_held,
)
from orchestration.extract.held import (
    HeldFile,
    SetAsideError,
    files_received,
    mostly_quarantined,
    set_aside,
)
from orchestration.extract.shapes import StreamContract
from orchestration.run import Run

STEWARDS = ["team:data_stewardship"]
HELD_COLUMNS = ("source_name", "stream", "file_name", "row_count", "rule", "why")


def gate_key(schema: str) -> dg.AssetKey:
    """Return the key of the asset that stands for the checked tables of a schema."""
    return dg.AssetKey(["quality", f"checked_{schema}"])


def gate_asset(step: Step, keys: Collection[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that is there once the tables of a schema have been checked.

    A broken critical rule keeps everything behind the gate from being built. A broken warning does
    not, since it is reported with severity WARN.

    Parameters
    ----------
    step
        Suites and tables; its name is the schema.
    keys
        The tables that it waits for.
    """
    key = gate_key(step.name)

    @dg.asset(
        key=key,
        deps=sorted(keys),
        description=f"The tables of {step.name}, checked: what reads them waits for this.",
        group_name="quality",
        owners=STEWARDS,
        kinds={"greatexpectations"},
        check_specs=[
            dg.AssetCheckSpec(name, asset=key, description=text, blocking=True)
            for name, _, text in check_names(step)
        ],
    )
    def gate(run: Run) -> dg.MaterializeResult:
        validation = checked(run, step)
        return dg.MaterializeResult(
            metadata={
                "suites": len(validation.suites),
                "critical_failures": len(validation.critical_failures),
                "warnings": len(validation.warnings),
                "waived": len(validation.with_status("waived")),
            },
            check_results=[check_result(result, key) for result in validation.suites],
        )

    return gate


def check_names(step: Step) -> list[tuple[str, str, str]]:
    """Return name, table and description of every check of a step."""
    written = [
        (suite.name, suite.table, f"{suite.table}: {suite.description}") for suite in step.suites
    ]
    derived = [
        (spec.suite_name, spec.table, f"{spec.table}: rules from its contract and earlier runs.")
        for spec in step.specs
    ]
    return [*written, *derived]


def _specs(step: Step) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(name, asset=table_key(table), description=text, blocking=True)
        for name, table, text in check_names(step)
    ]


def table_check(step: Step) -> dg.AssetChecksDefinition:
    """Return the step that checks tables and blocks what reads them."""

    @dg.multi_asset_check(name=f"check_{step.name}", specs=_specs(step))
    def check(run: Run) -> Iterator[dg.AssetCheckResult]:
        for result in checked(run, step).suites:
            yield check_result(result, table_key(result.table_name))

    return check


def raw_gate(
    step: Step, contracts: Mapping[str, StreamContract], lineage: pd.DataFrame | None
) -> dg.AssetChecksDefinition:
    """Return the step that checks what has landed, and sets aside files that spoil a stream.

    After it a stream is either as it was checked, or as it was before this run; whatever builds on
    the other streams goes on. What is still broken then was broken before this run's files, and
    blocks.

    Parameters
    ----------
    step
        Suites and tables of all streams.
    contracts
        Contract per raw table name.
    lineage
        Tables above each mart, kept for the scorecard by one gate of a run.
    """

    @dg.multi_asset_check(name=f"check_{step.name}", specs=_specs(step))
    def check(context: dg.AssetCheckExecutionContext, run: Run) -> Iterator[dg.AssetCheckResult]:
        if lineage is not None:
            keep_lineage(run, step, lineage)
        validation = evaluate(run, step)
        held = hold_what_spoils(context, run, step, validation, contracts)
        if held:
            tables = {f"raw.{file.source_name}__{file.stream}" for file in held}
            validation = with_held(validation, evaluate(run, step), tables)
        keep_held(run, step, held)
        keep(run, step, validation)
        for result in validation.suites:
            yield check_result(result, table_key(result.table_name))

    return check


def keep_lineage(run: Run, step: Step, lineage: pd.DataFrame) -> None:
    """Keep which tables each mart is built from."""
    with run.warehouse.connect() as connection:
        write_records(
            connection,
            run.settings.quality_dir,
            "mart_lineage",
            lineage,
            line=run_line(run, step),
            step=step.name,
        )


def keep_held(run: Run, step: Step, held: Sequence[HeldFile]) -> None:
    """Keep which files were set aside; an empty record says that none was."""
    frame = pd.DataFrame([asdict(file) for file in held], columns=list(HELD_COLUMNS))
    frame["held_at"] = pd.Series([run.arrival] * len(frame), dtype="datetime64[us]")
    with run.warehouse.connect() as connection:
        write_records(
            connection,
            run.settings.quality_dir,
            "held_batches",
            frame.astype({name: "string" for name in HELD_COLUMNS if name != "row_count"}),
            line=run_line(run, step),
            step=step.name,
        )
        load_records(connection, run.settings.quality_dir)


def hold_what_spoils(
    context: dg.AssetCheckExecutionContext,
    run: Run,
    step: Step,
    validation: ValidationRun,
    contracts: Mapping[str, StreamContract],
) -> tuple[HeldFile, ...]:
    """Set aside the files that broke critical rules of their stream."""
    held: list[HeldFile] = []
    suites = {suite.name: suite for suite in step.suites}
    for name, contract in contracts.items():
        broken = [row for row in validation.critical_failures if row.table_name == f"raw.{name}"]
        reasons: dict[str, tuple[str, str]] = {}
        with run.warehouse.connect() as connection:
            for row in broken:
                suite = suites.get(row.suite_name)
                for file in spoiling_files(connection, contract, row, suite, run.arrival):
                    reasons.setdefault(file, (row.rule, row.observed))
            try:
                held += set_aside(
                    connection, contract, run.settings.landing_dir(contract.source_name), reasons
                )
            except SetAsideError as error:
                # The broken rule stands, so the run is held back as a whole.
                context.log.warning(str(error))
    for spoiled in held:
        context.log.warning(
            f"{spoiled.source_name}/{spoiled.stream}: {spoiled.file_name} is set aside, since it "
            f"broke the rule {spoiled.rule}: {spoiled.why}"
        )
    return tuple(held)


def spoiling_files(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    row: ExpectationResult,
    suite: Suite | None,
    arrival: datetime,
) -> tuple[str, ...]:
    """Name the files that broke a rule.

    A rule that names files, or rows with their file, says which; any other is laid to the files
    that came with this run.
    """
    if row.rule == "most_rows_are_accepted":
        return mostly_quarantined(
            connection, contract, share=QUARANTINE_TOLERABLE, enough=ROWS_OF_A_SHARE
        )
    rules = {rule.rule: rule for rule in suite.expectations} if suite else {}
    rule = rules.get(row.rule)
    if rule is not None and rule.type == SQL_TYPE:
        query = rule.kwargs["unexpected_rows_query"].replace("{batch}", row.table_name)
        names = [column[0] for column in connection.execute(f"describe {query}").fetchall()]
        if "_source_file" in names:
            found = connection.execute(
                f"select distinct _source_file from ({query}) as offending order by all"
            ).fetchall()
            return tuple(str(name) for (name,) in found)
    return files_received(connection, contract, arrival)
