"""The report that stewards read: one self-contained page that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from data_quality.arrivals import Arrivals
from data_quality.mart_grades import MartGrade
from data_quality.results import BROKEN, DBT_TEST, ValidationRun
from data_quality.scorecard import (
    GRADES,
    RUNS_SHOWN,
    RuleLine,
    TableCard,
    Trend,
    table_cards,
    trend_of,
)
from data_quality.storage import PastRun, write_text_atomically
from data_quality.wording import broken_in_words, number_in_words, share_in_words

TEMPLATES_FOLDER = Path(__file__).parent / "templates"
_REASONS_SHOWN = 15


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """Where the page is and what it says."""

    path: Path
    verdict: str
    critical_failures: int
    warnings: int
    evaluated: int
    skipped: int
    waived: int


def template_environment() -> Environment:
    """Templates of this package: escaping is always on and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number_in_words
    environment.filters["share"] = share_in_words
    return environment


def verdict_of(run: ValidationRun) -> str:
    """Say the verdict in one sentence: what is held back, or whether the data is fit to publish."""
    critical, warnings = len(run.critical_failures), len(run.warnings)
    waived, held = len(run.with_status("waived")), len(run.with_status("held"))
    noted = f"{warnings} warning{'s' if warnings != 1 else ''}"
    if any(row.expectation == DBT_TEST for row in run.warnings):
        noted += f" ({broken_in_words([row.expectation for row in run.warnings])})"
    noted += f", {waived} waived" if waived else ""
    noted += f", {held} settled by setting files aside" if held else ""
    if critical:
        rules = "rule is" if critical == 1 else "rules are"
        return f"Held back: {critical} critical {rules} broken, and {noted}"
    if not any(row.status != "skipped" for suite in run.suites for row in suite.rows):
        return "Nothing was checked: no table of the catalogue holds data"
    has_notes = warnings or waived or held
    return f"Fit to publish, with {noted}" if has_notes else "Fit to publish: every rule holds"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for the template, with nulls of every kind as None."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _failures_trend(history: Sequence[PastRun]) -> Trend | None:
    recent = history[-RUNS_SHOWN:]
    broken = [float(run.critical_failures + run.warnings) for run in recent]
    words = f"Broken rules over the last {len(recent)} runs: {broken[-1]:.0f} now" if broken else ""
    return trend_of(broken, words)


def _arrival_totals(streams: pd.DataFrame) -> dict[str, int]:
    files = ("file_count", "failed_file_count")
    names = (*files, "rows_in", "rows_loaded", "rows_quarantined", "rows_duplicate")
    return {name: int(streams[name].sum()) if len(streams) else 0 for name in names}


def _broken(cards: Sequence[TableCard]) -> list[tuple[TableCard, RuleLine]]:
    """Broken rules with their tables: the critical first, those dealt with last."""
    found = [(card, line) for card in cards for line in card.rules]
    broken = [(card, line) for card, line in found if line.result.success is False]
    return sorted(
        broken,
        key=lambda pair: (
            pair[1].result.status not in BROKEN,
            pair[1].result.severity != "critical",
        ),
    )


def _state(run: ValidationRun) -> str:
    """Colour of the verdict: bad, warn or good."""
    if run.critical_failures:
        return "bad"
    noted = run.warnings or run.with_status("waived") or run.with_status("held")
    return "warn" if noted else "good"


def _context(
    run: ValidationRun,
    arrivals: Arrivals,
    history: Sequence[PastRun],
    data_docs: Sequence[date],
    marts: Sequence[MartGrade],
    title: str,
) -> dict[str, Any]:
    cards: Sequence[TableCard] = table_cards(run, history)
    rows = [row for suite in run.suites for row in suite.rows]
    return {
        "title": title,
        "run": run,
        "verdict": verdict_of(run),
        "state": _state(run),
        "critical_failures": len(run.critical_failures),
        "warnings": len(run.warnings),
        "evaluated": sum(row.status != "skipped" for row in rows),
        "skipped": sum(row.status == "skipped" for row in rows),
        "waived": len(run.with_status("waived")),
        "cards": cards,
        "broken": _broken(cards),
        "grades": GRADES,
        "history": list(reversed(history[-RUNS_SHOWN:])),
        "run_count": len(history),
        "trend": _failures_trend(history),
        "streams": _records(arrivals.streams),
        "totals": _arrival_totals(arrivals.streams),
        "failed_files": _records(arrivals.failed_files),
        "reasons": _records(arrivals.reasons.head(_REASONS_SHOWN)),
        "reason_kinds": len(arrivals.reasons),
        "open_rows": int(arrivals.reasons["row_count"].sum()) if len(arrivals.reasons) else 0,
        "settled": _records(arrivals.settled),
        "held": _records(arrivals.held),
        "drift": _records(arrivals.drift),
        "data_docs": list(data_docs)[:RUNS_SHOWN],
        "marts": marts,
    }


def build_report(
    quality_dir: Path,
    *,
    run: ValidationRun,
    arrivals: Arrivals,
    history: Sequence[PastRun],
    data_docs: Sequence[date] = (),
    marts: Sequence[MartGrade] = (),
    title: str = "Data quality",
) -> QualityReport:
    """Write ``index.html`` of the quality folder, replaced in one move.

    Parameters
    ----------
    quality_dir : Path
        The quality folder; Data Docs are linked as ``data_docs/<day>/index.html`` in it.
    run : ValidationRun
        The results to report.
    arrivals : Arrivals
        Ledger and quarantine summaries.
    history : sequence of PastRun
        Oldest first, with this run as its last.
    data_docs : sequence of date
        Days that have Data Docs, the newest first.
    marts : sequence of MartGrade
        Grades of the marts.
    title : str
        Heading of the page.

    Returns
    -------
    QualityReport
        Path and verdict.
    """
    context = _context(run, arrivals, history, data_docs, marts, title)
    page = template_environment().get_template("report.html.j2").render(context)
    path = quality_dir / "index.html"
    write_text_atomically(path, page)
    return QualityReport(
        path=path,
        verdict=context["verdict"],
        critical_failures=context["critical_failures"],
        warnings=context["warnings"],
        evaluated=context["evaluated"],
        skipped=context["skipped"],
        waived=context["waived"],
    )
