"""The last step of a run: history, report and Data Docs from what its checks found."""

from __future__ import annotations

from pathlib import Path

from data_quality.arrivals import read_arrivals
from data_quality.data_docs import build_data_docs
from data_quality.mart_grades import read_scorecard
from data_quality.report import QualityReport, build_report
from data_quality.storage import load_run, read_history, write_history


def publish_quality(
    database: Path, quality_dir: Path, *, run_id: str, title: str = "Data quality"
) -> QualityReport:
    """Write history, ``index.html`` and Data Docs of a run whose results were saved.

    Parameters
    ----------
    database : Path
        The warehouse, read for ledger and quarantine only.
    quality_dir : Path
        The quality folder that `storage.save_run` wrote the run's results to.
    run_id : str
        The run to publish.
    title : str
        Heading of the report.

    Raises
    ------
    FileNotFoundError
        When nothing was validated under the run id, or there is no warehouse.
    """
    run = load_run(quality_dir, run_id)
    arrivals = read_arrivals(database, as_of=run.as_of, moment=run.validated_at)
    write_history(run, quality_dir)
    # The report links to the Data Docs, so they must be there first.
    kept = build_data_docs(run, quality_dir)
    # A run for an earlier day is shown with what was before that day.
    history = read_history(quality_dir, until=run.as_of)
    return build_report(
        quality_dir,
        run=run,
        arrivals=arrivals,
        history=history,
        data_docs=[day for day in kept if day <= run.as_of],
        marts=read_scorecard(database, run.as_of),
        title=title,
    )
