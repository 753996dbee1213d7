"""One whole run without a server: the graph that Dagster serves, with progress and a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import monotonic

import dagster as dg

from data_quality.results import BROKEN
from data_quality.wording import broken_in_words
from orchestration.defs import build_definitions
from orchestration.defs.ingestion import FETCHED
from orchestration.progress import Progress, progress_logger
from orchestration.run import run_config
from orchestration.settings import Settings, prepare_dagster_home
from orchestration.warehouse import Warehouse

Echo = Callable[[str], None]


def run_headless(settings: Settings, *, as_of: date, received_at: datetime, echo: Echo) -> bool:
    """Execute the daily job in this process.

    Parameters
    ----------
    settings
        The company.
    as_of
        Last day that counts.
    received_at
        When the files were received, UTC without zone.
    echo
        Takes each line of the display.

    Returns
    -------
    bool
        Whether every step succeeded.
    """
    started = monotonic()
    settings = replace(settings, as_of=as_of)
    prepare_dagster_home(settings)
    progress = Progress(echo=echo)
    echo(f"Sources: {', '.join(settings.sources)}; days up to {as_of}; home {settings.home}")
    definitions = build_definitions(settings, loggers={"progress": progress_logger(progress)})
    echo(f"  ok   read the project {' ' * 31} {monotonic() - started:7.1f} s")
    config = run_config(as_of=as_of, received_at=received_at).to_config_dict()  # type: ignore[no-untyped-call]
    # What dbt prints is for its log; the terminal shows a line per step.
    with (
        dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance,
        (settings.home / "dbt" / "run.log").open("w", encoding="utf-8") as log,
        redirect_stdout(log),
    ):
        result = definitions.resolve_job_def("daily").execute_in_process(
            instance=instance,
            run_config={**config, "loggers": {"progress": {}}},
            raise_on_error=False,
        )
    for line in closing_summary(settings, result, seconds=monotonic() - started):
        echo(line)
    return bool(result.success)


def closing_summary(
    settings: Settings, result: dg.ExecuteInProcessResult, *, seconds: float
) -> Iterator[str]:
    """Yield what happened and where to look."""
    yield ""
    for event in result.all_events:
        if event.is_step_failure:
            yield f"{event.step_key} failed: {root_cause(event)}"
    yield from failed_fetches(result)
    yield from arrival_summary(Warehouse.of(settings))
    yield from check_summary(Warehouse.of(settings), result.run_id)
    yield f"{'Done' if result.success else 'NOT COMPLETE'} in {seconds:.0f} s."
    for label, path in places(settings):
        if path.exists():
            yield f"  {label:<16} {path}"


def root_cause(event: dg.DagsterEvent) -> str:
    """Return the message of the innermost error of a failed step."""
    failure = event.step_failure_data
    error = failure.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "no error was recorded"


def failed_fetches(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """Yield why a source could not be fetched; what it delivered before was loaded."""
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if evaluation.check_name == FETCHED and not evaluation.passed:
                yield f"  not fetched: {evaluation.description}"


def arrival_summary(warehouse: Warehouse) -> Iterator[str]:
    """Yield the totals of the load ledger and each file that could not be read."""
    if "quality.load_ledger" not in warehouse.row_counts():
        return
    ledger = warehouse.read("quality.load_ledger")
    yield (
        f"Landing: {len(ledger):,} files, {ledger['rows_in'].sum():,} rows in = "
        f"{ledger['rows_loaded'].sum():,} loaded + {ledger['rows_quarantined'].sum():,} quarantined"
        f" + {ledger['rows_duplicate'].sum():,} duplicates."
    )
    for failed in ledger[ledger["status"] == "failed"].itertuples():
        yield f"  not loaded: {failed.source_name}/{failed.file_name}: {failed.message}"


def check_summary(warehouse: Warehouse, run_id: str) -> Iterator[str]:
    """Yield how many rules did not hold, from the records that the quality report shows."""
    if "quality.expectation_results" not in warehouse.row_counts():
        return
    results = warehouse.read("quality.expectation_results")
    broken = results[(results["run_id"] == run_id) & results["status"].isin(BROKEN)]
    said = [
        f"{len(found)} {words}: {broken_in_words(found['expectation'].to_list())}"
        for severity, words in (("critical", "failed"), ("warning", "warned"))
        if len(found := broken[broken["severity"] == severity])
    ]
    if said:
        yield f"Checks: {'; '.join(said)}. The quality report says why."


def places(settings: Settings) -> list[tuple[str, Path]]:
    """List what a run leaves to look at."""
    published = settings.published_dir
    return [
        ("site", settings.site_dir / "index.html"),
        ("marts", published / "marts.duckdb"),
        ("marts, Parquet", published / "parquet"),
        ("quality report", settings.quality_dir / "index.html"),
        ("scores", published / "activation"),
        ("model cards", settings.models_dir),
    ]
