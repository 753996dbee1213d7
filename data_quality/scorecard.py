"""Grades per table, trends over runs: the figures of the report, apart from how they look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data_quality.results import BROKEN, ExpectationResult, SuiteResult, ValidationRun
from data_quality.storage import PastRun

RUNS_SHOWN = 30
GRADES = {
    "A": "every rule that was evaluated holds",
    "B": "only warnings broken, at most one rule in five",
    "C": "only warnings broken, more than one rule in five",
    "D": "a critical rule is waived, or files that broke it were set aside",
    "E": "the table has no rows to judge",
    "F": "a critical rule is broken; what builds on the table is held back",
    "–": "not checked in this run",
}
_WARNINGS_OF_A_B = 0.2


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A sparkline: points in a 100 × 24 box, oldest left, and the same in words."""

    points: str
    last_x: float
    last_y: float
    words: str


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """One rule as the report shows it."""

    result: ExpectationResult
    samples: tuple[dict[str, Any], ...]
    sample_columns: tuple[str, ...]
    trend: Trend | None


@dataclass(frozen=True, kw_only=True)
class TableCard:
    """All suites on one table, with its grade (a key of `GRADES`)."""

    table_name: str
    grade: str
    owners: tuple[str, ...]
    descriptions: tuple[str, ...]
    row_count: int | None
    kept: int
    checked: int
    critical_failures: int
    warnings: int
    skipped_reason: str | None
    rules: tuple[RuleLine, ...]
    trend: Trend | None

    @property
    def anchor(self) -> str:
        """Name of the table's section in the page."""
        return "table-" + self.table_name.replace(".", "-").replace("_", "-")


def grade_of(rows: Sequence[ExpectationResult]) -> str:
    """Grade of a table from its rules; see `GRADES` for what the letters mean."""
    checked = [row for row in rows if row.status != "skipped"]
    broken = [row for row in checked if row.success is False]
    critical = [row for row in broken if row.severity == "critical"]
    if any(row.status in BROKEN for row in critical):
        return "F"
    if not checked:
        return "–"
    if all(row.table_row_count == 0 for row in rows):
        return "E"
    if critical:
        return "D"
    if not broken:
        return "A"
    return "B" if len(broken) <= _WARNINGS_OF_A_B * len(checked) else "C"


def trend_of(values: Sequence[float | None], words: str) -> Trend | None:
    """Draw a sparkline of at least two values; runs without a value are left out of the line."""
    known = [(i, float(v)) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return None
    low, high = min(v for _, v in known), max(v for _, v in known)
    height = (high - low) or 1.0
    step = 96.0 / max(len(values) - 1, 1)
    points = [
        (2 + i * step, 12.0 if high == low else 21 - 18 * (v - low) / height) for i, v in known
    ]
    return Trend(
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        last_x=round(points[-1][0], 1),
        last_y=round(points[-1][1], 1),
        words=words,
    )


def _rule_trend(row: ExpectationResult, history: Sequence[PastRun]) -> Trend | None:
    key = f"{row.suite_name}/{row.rule}"
    values = [run.rules.get(key, {}).get("observed_value") for run in history]
    known = [value for value in values if value is not None]
    words = f"{len(known)} runs, from {known[0]:.4g} to {known[-1]:.4g}" if known else ""
    return trend_of(values, words)


def _table_trend(suites: Sequence[SuiteResult], history: Sequence[PastRun]) -> Trend | None:
    names = tuple(f"{suite.suite_name}/" for suite in suites)
    shares: list[float | None] = []
    for run in history:
        statuses = [rule["status"] for key, rule in run.rules.items() if key.startswith(names)]
        checked = [status for status in statuses if status != "skipped"]
        shares.append(checked.count("passed") / len(checked) if checked else None)
    known = [share for share in shares if share is not None]
    words = f"share of rules kept, last {len(known)} runs: {known[-1]:.0%} now" if known else ""
    return trend_of(shares, words)


def _rule_line(row: ExpectationResult, history: Sequence[PastRun]) -> RuleLine:
    samples = tuple(json.loads(row.sample))
    columns = dict.fromkeys(name for sample in samples for name in sample)
    return RuleLine(
        result=row,
        samples=samples,
        sample_columns=tuple(columns),
        trend=_rule_trend(row, history),
    )


def _rank(row: ExpectationResult) -> tuple[bool, bool]:
    return (row.success is not False, row.severity != "critical")


def table_cards(run: ValidationRun, history: Sequence[PastRun]) -> tuple[TableCard, ...]:
    """One card a table: the worst grade first, then in the order of the names.

    Parameters
    ----------
    run : ValidationRun
        The run that the report is about.
    history : sequence of PastRun
        Oldest first, with the run itself as its last; only the last thirty are drawn.
    """
    recent = history[-RUNS_SHOWN:]
    cards = []
    for table in sorted({suite.table_name for suite in run.suites}):
        suites = [suite for suite in run.suites if suite.table_name == table]
        rows = [row for suite in suites for row in suite.rows]
        checked = [row for row in rows if row.status != "skipped"]
        broken = [row for row in checked if row.status in BROKEN]
        critical = sum(row.severity == "critical" for row in broken)
        cards.append(
            TableCard(
                table_name=table,
                grade=grade_of(rows),
                owners=tuple(dict.fromkeys(suite.owner for suite in suites)),
                descriptions=tuple(suite.description for suite in suites),
                row_count=suites[0].table_row_count,
                kept=sum(row.success is True for row in checked),
                checked=len(checked),
                critical_failures=critical,
                warnings=len(broken) - critical,
                skipped_reason=next((s.skipped_reason for s in suites if s.skipped_reason), None),
                rules=tuple(_rule_line(row, recent) for row in sorted(rows, key=_rank)),
                trend=_table_trend(suites, recent),
            )
        )
    order = {grade: place for place, grade in enumerate("FDECBA–")}
    return tuple(sorted(cards, key=lambda card: (order[card.grade], card.table_name)))
