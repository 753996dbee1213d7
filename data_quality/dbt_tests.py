"""dbt's tests that warned or failed, as results beside those of the suites.

Tests that hold are not kept: dbt has thousands of them, and Dagster shows each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import dropwhile, groupby, takewhile
from typing import Any

from data_quality.results import DBT_TEST, ExpectationResult, SuiteResult
from data_quality.waivers import Waiver, apply_waivers

_BROKEN = {
    "warn": ("warning", "failed"),
    "fail": ("critical", "failed"),
    "error": ("critical", "error"),
    "runtime error": ("critical", "error"),
}


def dbt_test_suites(
    run_results: Mapping[str, Any],
    manifest: Mapping[str, Any],
    row_counts: Mapping[str, int],
    *,
    step: str,
    run_id: str,
    validated_at: datetime,
) -> tuple[SuiteResult, ...]:
    """Return a suite for each table that a broken test of one dbt command stands on.

    Parameters
    ----------
    run_results, manifest
        What dbt wrote: ``run_results.json`` and ``manifest.json``.
    row_counts
        Rows of each table, ``schema.table``; views have none.
    step
        Which command it was. A table may have tests in several, so it is part of a suite's name.
    run_id, validated_at
        As in every result.

    Returns
    -------
    tuple of SuiteResult
        Empty when every test held.
    """
    rows = [
        _result(outcome, manifest, row_counts, run_id, validated_at)
        for outcome in _broken_tests(run_results)
    ]
    rows.sort(key=lambda row: (row.table_name, row.rule))
    suites = []
    for table, found in groupby(rows, key=lambda row: row.table_name):
        name = f"{table.replace('.', '_')}__tests_of_{step}"
        broken = tuple(replace(row, suite_name=name) for row in found)
        suites.append(
            SuiteResult(
                suite_name=name,
                table_name=table,
                owner=broken[0].owner,
                description="Tests of dbt that did not hold.",
                rows=broken,
                skipped_reason=None,
                table_row_count=row_counts.get(table),
                gx_result=None,
            )
        )
    return tuple(suites)


def waive_warnings(
    suites: Sequence[SuiteResult], waivers: Sequence[Waiver], as_of: date
) -> tuple[SuiteResult, ...]:
    """Mark the warnings that a waiver covers; a test that fails has already stopped dbt."""
    waived = apply_waivers(suites, waivers, as_of)
    return tuple(
        replace(
            after,
            rows=tuple(
                old if old.severity == "critical" else new
                for old, new in zip(before.rows, after.rows, strict=True)
            ),
        )
        for before, after in zip(suites, waived, strict=True)
    )


def _broken_tests(run_results: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for outcome in run_results["results"]:
        if outcome["unique_id"].startswith("test.") and outcome["status"] in _BROKEN:
            yield outcome


def _result(
    outcome: Mapping[str, Any],
    manifest: Mapping[str, Any],
    row_counts: Mapping[str, int],
    run_id: str,
    validated_at: datetime,
) -> ExpectationResult:
    node = manifest["nodes"][outcome["unique_id"]]
    tested = _tested(node, manifest)
    table = _table(tested)
    severity, status = _BROKEN[outcome["status"]]
    count = outcome.get("failures")
    is_error = status == "error"
    found = f"the test found {count or 0:,} row{'' if count == 1 else 's'}"
    return ExpectationResult(
        run_id=run_id,
        suite_name="",
        table_name=table,
        rule=node["name"],
        expectation=DBT_TEST,
        column_name=node.get("column_name"),
        severity=severity,
        status=status,
        success=False,
        statement=_statement(node),
        observed="could not be evaluated" if is_error else found,
        observed_value=None if is_error else float(count or 0),
        element_count=None,
        unexpected_count=None if is_error else count,
        unexpected_share=None,
        sample="[]",
        error=outcome.get("message") if is_error else None,
        why=_advice(node),
        owner=str((tested.get("meta") or {}).get("owner") or "unknown"),
        table_row_count=row_counts.get(table),
        validated_at=validated_at,
    )


def _tested(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a test stands on: its model, the one it names for Dagster, or the last it reads.

    A test that reads no table stands on itself.
    """
    tables = {**manifest["nodes"], **manifest.get("sources", {})}
    read = [tables[key] for key in node["depends_on"]["nodes"] if key in tables]
    attached = tables.get(node.get("attached_node"))
    if attached is not None:
        return attached  # type: ignore[no-any-return]
    named = (node.get("meta") or {}).get("dagster", {}).get("ref", {}).get("name")
    return next((table for table in read if table["name"] == named), read[-1] if read else node)


def _table(tested: Mapping[str, Any]) -> str:
    name = tested.get("identifier") or tested.get("alias") or tested["name"]
    return f"{tested['schema']}.{name}"


def _statement(node: Mapping[str, Any]) -> str:
    generic = node.get("test_metadata")
    if not generic:
        return str(node["name"]).removeprefix("assert_").replace("_", " ")
    said = str(generic["name"]).replace("_", " ")
    return f"{node['column_name']}: {said}" if node.get("column_name") else said


def _advice(node: Mapping[str, Any]) -> str:
    """Return what the test is for and what to do, as its author wrote it, and how to see more."""
    lines = str(node.get("raw_code") or "").splitlines()
    first = dropwhile(lambda line: not line.startswith("--"), lines)
    comment = takewhile(lambda line: line.startswith("--"), first)
    said = node.get("description") or " ".join(line[2:].strip() for line in comment)
    show = f"See the rows: throughline dbt show --select {node['name']}"
    return f"{said} {show}".strip()
