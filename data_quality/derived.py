"""Rules that nobody writes: derived from a table's contract and from the runs before.

Every table that is measured gets them, so a source that a user adds tomorrow is watched from its
first run. Each rule is decided in the one statement of `data_quality.measures`; here it becomes a
result like that of any other expectation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from data_quality.baseline import FEWEST_RUNS
from data_quality.results import ExpectationResult, SuiteResult
from data_quality.tables import TableSpec
from data_quality.wording import number_in_words, share_in_words

EXPECTATION = "derived_from_contract_and_history"
SAMPLE_ROWS = 5


@dataclass(frozen=True, kw_only=True)
class DerivedRule:
    """One kind of derived rule; `subject` is what it counts, in the plural."""

    rule: str
    severity: str
    statement: str
    why: str
    subject: str
    unit: str


_ROWS = {
    "rows_are_left": DerivedRule(
        rule="rows_are_left",
        severity="critical",
        statement="The table has rows, as it had in earlier runs",
        why="A table that has lost all its rows would be published as if nothing had happened.",
        subject="counts",
        unit="rows",
    ),
    "rows_as_usual": DerivedRule(
        rule="rows_as_usual",
        severity="warning",
        statement="The number of rows is in the range of earlier runs",
        why="Half the usual rows, or twice as many, mean a part that is missing or came twice.",
        subject="counts",
        unit="rows",
    ),
    "nulls_as_usual": DerivedRule(
        rule="nulls_as_usual",
        severity="warning",
        statement="No column is emptier than in earlier runs",
        why="A column that falls empty was renamed or dropped where it comes from.",
        subject="columns",
        unit="share",
    ),
    "numbers_as_usual": DerivedRule(
        rule="numbers_as_usual",
        severity="warning",
        statement="The median of every number is in the range of earlier runs",
        why="A median that jumps usually follows a changed unit, scale or default value.",
        subject="columns",
        unit="number",
    ),
    "categories_as_usual": DerivedRule(
        rule="categories_as_usual",
        severity="warning",
        statement="The make-up of every category and score is that of earlier runs",
        why="A shifted make-up (population stability index) means another coding or audience.",
        subject="columns",
        unit="index",
    ),
}
_CONTRACT = {
    "newest_event_is_fresh": DerivedRule(
        rule="newest_event_is_fresh",
        severity="warning",
        statement="The newest event is not older than the contract allows",
        why="A source that falls silent looks like customers who have nothing to say.",
        subject="ages",
        unit="days",
    ),
    "newest_file_is_fresh": DerivedRule(
        rule="newest_file_is_fresh",
        severity="warning",
        statement="The newest file did not arrive longer ago than the contract allows",
        why="No file means that the export was not made or not delivered.",
        subject="ages",
        unit="days",
    ),
    "required_is_filled": DerivedRule(
        rule="required_is_filled",
        severity="warning",
        statement="Columns that the contract requires are filled in",
        why="What is built on the stream relies on them.",
        subject="columns",
        unit="share",
    ),
    "columns_as_agreed": DerivedRule(
        rule="columns_as_agreed",
        severity="warning",
        statement="The files hold no column that the contract does not know",
        why="A new column is kept aside until the contract says what it is.",
        subject="columns",
        unit="rows",
    ),
    "few_rows_are_quarantined": DerivedRule(
        rule="few_rows_are_quarantined",
        severity="warning",
        statement="At most 5 % of the rows of the newest files are quarantined",
        why="A sudden rise in rejected rows means that the vendor changed the export.",
        subject="deliveries",
        unit="share",
    ),
    "few_rows_are_late": DerivedRule(
        rule="few_rows_are_late",
        severity="warning",
        statement="At most 5 % of the rows of the newest files are of days delivered long before",
        why="Late rows correct the past: figures that people have read change.",
        subject="deliveries",
        unit="share",
    ),
    "most_rows_are_accepted": DerivedRule(
        rule="most_rows_are_accepted",
        severity="critical",
        statement="At most half of the rows of a file are quarantined",
        why="Where most rows are rejected, contract and file no longer describe the same thing.",
        subject="files",
        unit="share",
    ),
}
# Rules that hold when there is nothing to measure: no unknown column, no quarantine.
_HOLD_WHEN_ABSENT = {"columns_as_agreed", "required_is_filled", "most_rows_are_accepted"}


def derived_rules(spec: TableSpec) -> tuple[DerivedRule, ...]:
    """Rules that a table gets, in the order in which the report shows them.

    A stream, fact or dimension that is empty of a sudden has lost its rows; a mart may have nothing
    to list, and scores are withheld where they cannot be trusted, so that is a warning there.
    """
    if spec.stream is None and not spec.table.startswith("core."):
        return tuple(replace(rule, severity="warning") for rule in _ROWS.values())
    if spec.stream is None:
        return tuple(_ROWS.values())
    fresh = {"newest_event_is_fresh", "newest_file_is_fresh"}
    contract = [
        rule
        for name, rule in _CONTRACT.items()
        if (name not in fresh or spec.stream.freshness_days is not None)
        and (name != "newest_event_is_fresh" or spec.time_column is not None)
        and (
            name != "few_rows_are_late"
            or (spec.time_column is not None and not spec.stream.has_versions)
        )
        and (name != "required_is_filled" or spec.stream.required_columns)
    ]
    return (*contract, *_ROWS.values())


def derived_results(
    specs: Sequence[TableSpec],
    measures: pd.DataFrame,
    row_counts: Mapping[str, int],
    *,
    run_id: str,
    validated_at: datetime,
) -> tuple[SuiteResult, ...]:
    """Results of the derived rules, one suite a table.

    Parameters
    ----------
    specs
        The tables that were to be measured.
    measures
        What `measures.measure_tables` returned for them.
    row_counts
        Rows of each table that exists.
    run_id, validated_at
        Stamps of the results.

    Returns
    -------
    tuple of SuiteResult
        A rule without enough earlier runs is ``skipped`` and says how many there are; so are all
        rules of a table that does not exist.
    """
    by_table = dict(tuple(measures.groupby("table_name"))) if len(measures) else {}
    empty = measures.head(0)
    return tuple(
        _suite(spec, by_table.get(spec.table, empty), row_counts, run_id, validated_at)
        for spec in specs
    )


def _suite(
    spec: TableSpec,
    measures: pd.DataFrame,
    row_counts: Mapping[str, int],
    run_id: str,
    validated_at: datetime,
) -> SuiteResult:
    rows = row_counts.get(spec.table)
    missing = f"table {spec.table} is not in this warehouse" if rows is None else None
    stamps = {"run_id": run_id, "validated_at": validated_at, "table_row_count": rows}
    results = tuple(
        _result(spec, rule, measures[measures["rule"] == rule.rule], missing, stamps)
        for rule in derived_rules(spec)
    )
    return SuiteResult(
        suite_name=spec.suite_name,
        table_name=spec.table,
        owner=spec.owner,
        description=spec.description,
        rows=results,
        skipped_reason=missing,
        table_row_count=rows,
        gx_result=None,
    )


def _result(
    spec: TableSpec,
    rule: DerivedRule,
    found: pd.DataFrame,
    missing: str | None,
    stamps: Mapping[str, Any],
) -> ExpectationResult:
    judged = found[found["verdict"] != "no history"]
    outside = judged[judged["verdict"] == "outside"]
    identity = {
        **stamps,
        "suite_name": spec.suite_name,
        "table_name": spec.table,
        "rule": rule.rule,
        "expectation": EXPECTATION,
        "severity": rule.severity,
        "statement": rule.statement,
        "why": rule.why,
        "owner": spec.owner,
    }
    reason = missing or _reason_to_skip(rule, found, judged)
    if reason:
        return ExpectationResult(**identity, **_not_evaluated(reason))
    single = judged.iloc[0] if len(judged) == 1 else None
    return ExpectationResult(
        **identity,
        column_name=", ".join(name for name in outside["column_name"] if name) or None,
        status="failed" if len(outside) else "passed",
        success=not len(outside),
        observed=_observed(rule, judged, outside),
        observed_value=float(len(outside) if single is None else single["value"]),
        element_count=len(judged),
        unexpected_count=len(outside),
        unexpected_share=len(outside) / len(judged) if len(judged) else None,
        sample=json.dumps([_line(row) for _, row in outside.head(SAMPLE_ROWS).iterrows()]),
        error=None,
    )


def _reason_to_skip(rule: DerivedRule, found: pd.DataFrame, judged: pd.DataFrame) -> str | None:
    if len(judged) or (not len(found) and rule.rule in _HOLD_WHEN_ABSENT):
        return None
    if not len(found):
        return "there is nothing to measure"
    needed = 1 if rule.rule == "rows_are_left" else FEWEST_RUNS
    runs = int(found["run_count"].max())
    return f"no history yet: {runs} of {needed} comparable earlier runs"


def _not_evaluated(reason: str) -> dict[str, Any]:
    return {
        "column_name": None,
        "status": "skipped",
        "success": None,
        "observed": "not evaluated",
        "observed_value": None,
        "element_count": None,
        "unexpected_count": None,
        "unexpected_share": None,
        "sample": "[]",
        "error": reason,
    }


def _line(row: pd.Series) -> dict[str, Any]:
    """One measure as a sample shows it."""
    names = {
        "column_name": "column",
        "value": "value",
        "usual": "usual",
        "lower_bound": "at_least",
        "upper_bound": "at_most",
    }
    values = {shown: row[name] for name, shown in names.items()}
    return {
        name: round(float(value), 4) if isinstance(value, float) else value
        for name, value in values.items()
        if not pd.isna(value) and value != ""
    }


def _observed(rule: DerivedRule, judged: pd.DataFrame, outside: pd.DataFrame) -> str:
    if not len(judged):
        return f"no {rule.subject} to complain of"
    if len(judged) == 1 and not judged.iloc[0]["column_name"]:
        return _in_words(rule, judged.iloc[0])
    if not len(outside):
        return f"all {len(judged)} {rule.subject} as they should be"
    worst = "; ".join(_in_words(rule, row) for _, row in outside.head(3).iterrows())
    more = f", and {len(outside) - 3} more" if len(outside) > 3 else ""
    return f"{len(outside)} of {len(judged)} {rule.subject}: {worst}{more}"


def _in_words(rule: DerivedRule, row: pd.Series) -> str:
    words = {
        "share": share_in_words,
        "days": lambda value: f"{number_in_words(round(value, 1))} days",
        "rows": lambda value: f"{number_in_words(value)} rows",
        "index": lambda value: f"index {number_in_words(value)}",
        "number": number_in_words,
    }[rule.unit]
    name = f"{row['column_name']} " if row["column_name"] else ""
    parts = [f"{name}{words(float(row['value']))}"]
    if not pd.isna(row["usual"]) and rule.unit != "index":
        parts.append(f"usually {words(float(row['usual']))}")
    if row["verdict"] == "outside":
        low, high = row["lower_bound"], row["upper_bound"]
        below = not pd.isna(low) and row["value"] < low
        parts.append(f"at least {words(low)}" if below else f"at most {words(high)}")
    return ", ".join(parts)
