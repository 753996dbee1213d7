"""Waivers: a steward's word that a broken rule may stand until a day, with the reason.

Decisions of stewards are files in landing; which of the waivers are in force, and not undone or
replaced, the view `quality.waivers` says. A waiver counts up to and with its last day, measured by
the run's as-of day, so a run for an earlier day gives the same again; on the day after, the rule
counts as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from data_quality.results import ExpectationResult, SuiteResult

WAIVERS = "quality.waivers"


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One waiver.

    Parameters
    ----------
    decision_id : str
        The steward's decision.
    target : str
        A table (``schema.table``), or a suite by its name.
    rule : str, optional
        One rule of the target; all of its rules when left out.
    until : date
        Last as-of day on which it counts.
    why : str
        The reason.
    decided_by : str
        Who answers for it.
    """

    decision_id: str
    target: str
    until: date
    why: str
    decided_by: str
    rule: str | None = None

    def covers(self, row: ExpectationResult, as_of: date) -> bool:
        """Whether a rule's result is covered on a day."""
        return (
            as_of <= self.until
            and self.target in {row.table_name, row.suite_name}
            and self.rule in {None, row.rule}
        )


def read_waivers(connection: duckdb.DuckDBPyConnection) -> tuple[Waiver, ...]:
    """Read the waivers that were not undone, whether or not their day has passed.

    A warehouse to which no steward's decision was ever loaded has none.
    """
    schema, view = WAIVERS.split(".")
    found = connection.execute(
        "select 1 from information_schema.tables where table_catalog = current_database() "
        "and table_schema = $1 and table_name = $2",
        [schema, view],
    ).fetchone()
    if found is None:
        return ()
    rows = connection.execute(
        "select decision_id, target, expectation, valid_until, why, decided_by "
        f"from {WAIVERS} order by valid_until, decision_id"
    ).fetchall()
    return tuple(
        Waiver(
            decision_id=decision_id,
            target=target,
            rule=rule,
            until=until,
            why=why,
            decided_by=decided_by,
        )
        for decision_id, target, rule, until, why, decided_by in rows
    )


def apply_waivers(
    suites: Iterable[SuiteResult], waivers: Sequence[Waiver], as_of: date
) -> tuple[SuiteResult, ...]:
    """Mark the broken rules that a waiver covers; of several, the one that lasts longest is named.

    A rule that could not be evaluated is a mistake to mend and is never waived.
    """
    return tuple(
        replace(suite, rows=tuple(_waived(row, waivers, as_of) for row in suite.rows))
        for suite in suites
    )


def _waived(row: ExpectationResult, waivers: Sequence[Waiver], as_of: date) -> ExpectationResult:
    covering = [waiver for waiver in waivers if waiver.covers(row, as_of)]
    if row.status != "failed" or not covering:
        return row
    waiver = max(covering, key=lambda found: (found.until, found.decision_id))
    return replace(
        row,
        status="waived",
        waived_by=waiver.decided_by,
        waived_until=waiver.until,
        waived_why=waiver.why,
    )
