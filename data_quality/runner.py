"""Validate tables of a warehouse against their suites, with every check pushed into DuckDB."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_quality.catalogue import (
    MAP_TYPES,
    SQL_TYPE,
    Expectation,
    Suite,
    list_suites,
    select_suites,
)
from data_quality.duckdb_engine import QualityEngine, open_engine
from data_quality.results import ExpectationResult, SuiteResult, ValidationRun
from data_quality.wording import (
    FINDINGS,
    finding_in_words,
    observed_count,
    observed_value_in_words,
    statement_of,
)

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.expectation import Expectation as GxExpectation

SAMPLE_ROWS = 5
# Asking for no examples spares one more scan of the table per expectation; examples are fetched
# afterwards, for broken rules only.
_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
_APPENDED_SQL = re.compile(r"\s+LINE \d+:|\s+\[SQL:|\s+\(Background on")


@dataclass(frozen=True, kw_only=True)
class _Moment:
    run_id: str
    validated_at: datetime


def validate(
    database: Path,
    *,
    suites: Sequence[str] | None = None,
    run_id: str,
    validated_at: datetime,
    as_of: date | None = None,
    catalogue: Sequence[Suite] | None = None,
    limits: Mapping[str, str] | None = None,
) -> ValidationRun:
    """Validate a warehouse, opened read-only, and say per suite and expectation what was found.

    Parameters
    ----------
    database : Path
        The DuckDB file; no other connection of this process may hold it open for writing.
    suites : sequence of str, optional
        Names of the suites to run; all of the catalogue when left out.
    run_id : str
        The run that the results belong to; several calls may share one.
    validated_at : datetime
        Stamp of the results; taken to be UTC when it has no zone.
    as_of : date, optional
        Last day that counts; the day of the stamp when left out.
    catalogue : sequence of Suite, optional
        The known suites; those of `data_quality/suites` when left out.
    limits : Mapping[str, str], optional
        DuckDB settings such as ``threads``, ``memory_limit`` and ``temp_directory``.

    Returns
    -------
    ValidationRun
        One result per suite. A rule that cannot be evaluated is a failure with its error text.

    Raises
    ------
    FileNotFoundError
        When there is no warehouse.
    SuiteError
        When a suite is unknown or malformed.
    """
    chosen = select_suites(suites, list_suites() if catalogue is None else catalogue)
    stamp = validated_at
    if stamp.tzinfo is not None:
        stamp = stamp.astimezone(UTC).replace(tzinfo=None)
    moment = _Moment(run_id=run_id, validated_at=stamp)
    with open_engine(database, limits) as engine:
        results = tuple(_validate_suite(engine, suite, moment) for suite in chosen)
    return ValidationRun(
        run_id=run_id, as_of=as_of or stamp.date(), validated_at=stamp, suites=results
    )


def _validate_suite(engine: QualityEngine, suite: Suite, moment: _Moment) -> SuiteResult:
    started = time.perf_counter()
    exists = engine.table_exists(suite.table)
    table_rows = engine.row_count(suite.table) if exists else None
    skipped = _reason_to_skip(suite, table_rows)
    gx_result: dict[str, Any] | None = None
    if skipped:
        rows = [_unchecked(suite, e, moment, "skipped", skipped) for e in suite.expectations]
    elif table_rows is None:
        missing = f"table {suite.table} is not in this warehouse"
        rows = [_unchecked(suite, e, moment, "error", missing) for e in suite.expectations]
    else:
        gx_result, rows = _evaluate(engine, suite, moment, table_rows)
    return SuiteResult(
        suite_name=suite.name,
        table_name=suite.table,
        owner=suite.owner,
        description=suite.description,
        rows=tuple(rows),
        skipped_reason=skipped,
        table_row_count=table_rows,
        gx_result=gx_result,
        seconds=time.perf_counter() - started,
    )


def _reason_to_skip(suite: Suite, table_rows: int | None) -> str | None:
    if suite.applies_when == "always":
        return None
    if table_rows is None:
        return f"table {suite.table} is not in this warehouse"
    if table_rows == 0 and suite.applies_when == "table_not_empty":
        return f"table {suite.table} is empty: there is nothing to check"
    return None


def _evaluate(
    engine: QualityEngine, suite: Suite, moment: _Moment, table_rows: int
) -> tuple[dict[str, Any], list[ExpectationResult]]:
    batch = engine.batch(suite.table)
    expectations = {e.rule: _gx_expectation(e, suite) for e in suite.expectations}
    validation = batch.validate(_gx_suite(suite, expectations), result_format=_COUNTS_ONLY)
    found = {result.expectation_config.meta["rule"]: result for result in validation.results}
    rows = []
    for expectation in suite.expectations:
        outcome = found[expectation.rule].to_json_dict()
        sample: list[dict[str, Any]] = []
        if not outcome["success"] and _error_of(outcome) is None:
            sample = _sample(engine, batch, suite, expectation, expectations[expectation.rule])
        rows.append(_row(suite, expectation, moment, outcome, sample, table_rows))
    return _scrubbed(validation, suite, rows), rows


def _gx_expectation(expectation: Expectation, suite: Suite) -> GxExpectation:
    from great_expectations.expectations.registry import get_expectation_impl

    kwargs = dict(expectation.kwargs)
    implementation = get_expectation_impl(expectation.type)
    if expectation.type == SQL_TYPE:
        from data_quality.counted_rows import CountedRowsExpectation

        implementation = CountedRowsExpectation
        kwargs["unexpected_rows_query"] = _gx_query(kwargs["unexpected_rows_query"])
    built: GxExpectation = implementation(
        **kwargs,
        severity=expectation.severity,
        description=statement_of(expectation),
        notes=[expectation.why],
        meta={"rule": expectation.rule, "owner": suite.owner},
    )
    return built


def _gx_query(query: str) -> str:
    """Write a query of a suite as Great Expectations takes it.

    It puts an aliased subquery in the place of ``{batch}``, or one without an alias when the query
    has a join, and reads every other brace as a name. Naming the batch once, in front, lets suites
    use it as a table, under any alias and with patterns such as ``[0-9]{13}``. Not materialized,
    because DuckDB would otherwise copy a fact that is used twice.
    """
    body = query.replace("{batch}", "batch").replace("{", "{{").replace("}", "}}")
    return (
        "with batch as not materialized (select * from {batch}) "
        f"select * from ({body}) as offending"
    )


def _gx_suite(suite: Suite, expectations: dict[str, GxExpectation]) -> Any:
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=suite.name, expectations=list(expectations.values()))


def _error_of(outcome: dict[str, Any]) -> str | None:
    """Return the error text of an expectation that was not evaluated, without its traceback."""
    info = outcome.get("exception_info") or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    messages = [str(e.get("exception_message")) for e in entries if e.get("raised_exception")]
    # The statement and the link that SQLAlchemy appends say nothing to a steward.
    texts = (" ".join(_APPENDED_SQL.split(text)[0].split()) for text in messages)
    return "; ".join(dict.fromkeys(texts)) or None


def _sample(
    engine: QualityEngine,
    batch: Batch,
    suite: Suite,
    expectation: Expectation,
    gx_expectation: GxExpectation,
) -> list[dict[str, Any]]:
    """At most `SAMPLE_ROWS` offending rows, cut to the columns that the suite allows."""
    if expectation.type == SQL_TYPE:
        query = expectation.kwargs["unexpected_rows_query"].replace("{batch}", suite.table)
        found = engine.query(f"select * from ({query}) order by all limit {SAMPLE_ROWS}")
        records = [dict(row._mapping) for row in found]
    elif expectation.type in MAP_TYPES:
        # A suite may also allow columns that only its SQL rules compute.
        known = set(engine.column_names(suite.table))
        shown = [name for name in suite.sample_columns if name in known]
        records = _map_sample(batch, gx_expectation, shown) if shown else []
    else:
        records = []
    allowed = set(suite.sample_columns)
    return [{k: _plain(v) for k, v in row.items() if k in allowed} for row in records]


def _map_sample(
    batch: Batch, gx_expectation: GxExpectation, columns: list[str]
) -> list[dict[str, Any]]:
    outcome = batch.validate(
        gx_expectation,
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": SAMPLE_ROWS,
            "unexpected_index_column_names": columns,
        },
    ).to_json_dict()
    error = _error_of(outcome)
    if error is not None:
        raise RuntimeError(f"no sample of the rows that break {gx_expectation!r}: {error}")
    return list(outcome["result"].get("partial_unexpected_index_list") or [])


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _row(
    suite: Suite,
    expectation: Expectation,
    moment: _Moment,
    outcome: dict[str, Any],
    sample: list[dict[str, Any]],
    table_rows: int,
) -> ExpectationResult:
    error = _error_of(outcome)
    if error is not None:
        return _unchecked(suite, expectation, moment, "error", error, table_rows)
    result = outcome["result"]
    measured = result.get("observed_value")
    count, total, share = _counts(expectation, result, table_rows)
    if count is None:
        observed = observed_value_in_words(measured)
    else:
        observed = observed_count(count, share, total, expectation.unit)
    if expectation.unit == FINDINGS and sample:
        observed = finding_in_words(sample[0])
    return ExpectationResult(
        **_identity(suite, expectation, moment),
        status="passed" if outcome["success"] else "failed",
        success=bool(outcome["success"]),
        observed=observed,
        observed_value=_number(measured if count is None else (count if share is None else share)),
        element_count=total,
        unexpected_count=count,
        unexpected_share=share,
        sample=json.dumps(sample, ensure_ascii=False),
        error=None,
        table_row_count=table_rows,
    )


def _counts(
    expectation: Expectation, result: dict[str, Any], table_rows: int
) -> tuple[int | None, int | None, float | None]:
    """Offending count, the number it is out of, and the share; nulls for an aggregate.

    Empty values are not judged by a rule on values, so they are not counted either: the share is
    the one that the rule's ``mostly`` is compared with.
    """
    if expectation.type in MAP_TYPES:
        total = int(result["element_count"]) - int(result.get("missing_count") or 0)
        count = int(result.get("unexpected_count") or 0)
    elif expectation.type == SQL_TYPE:
        count = int(result["observed_value"])
        if expectation.unit != "rows":
            return count, None, None
        total = table_rows
    else:
        return None, None, None
    return count, total, (count / total if total else None)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value == value else None


def _identity(suite: Suite, expectation: Expectation, moment: _Moment) -> dict[str, Any]:
    return {
        "run_id": moment.run_id,
        "suite_name": suite.name,
        "table_name": suite.table,
        "rule": expectation.rule,
        "expectation": expectation.type,
        "column_name": ", ".join(expectation.column_names) or None,
        "severity": expectation.severity,
        "statement": statement_of(expectation),
        "why": expectation.why,
        "owner": suite.owner,
        "validated_at": moment.validated_at,
    }


def _unchecked(
    suite: Suite,
    expectation: Expectation,
    moment: _Moment,
    status: str,
    reason: str,
    table_rows: int | None = None,
) -> ExpectationResult:
    is_error = status == "error"
    return ExpectationResult(
        **_identity(suite, expectation, moment),
        status=status,
        success=False if is_error else None,
        observed="could not be checked" if is_error else "not checked",
        observed_value=None,
        element_count=None,
        unexpected_count=None,
        unexpected_share=None,
        sample="[]",
        error=reason,
        table_row_count=table_rows,
    )


def _scrubbed(
    validation: ExpectationSuiteValidationResult, suite: Suite, rows: list[ExpectationResult]
) -> dict[str, Any]:
    """Great Expectations' result as JSON for the Data Docs, with nothing but allowed samples."""
    document: dict[str, Any] = validation.to_json_dict()
    # Load time differs between equal runs; tracebacks name folders of this machine.
    document["meta"].pop("batch_markers", None)
    by_rule = {row.rule: row for row in rows}
    for outcome in document["results"]:
        row = by_rule[outcome["expectation_config"]["meta"]["rule"]]
        result = outcome["result"]
        if row.error is not None:
            outcome["exception_info"] = {
                "raised_exception": True,
                "exception_message": row.error,
                "exception_traceback": "",
            }
        for key in [key for key in result if key.startswith("partial_unexpected")]:
            del result[key]
        if row.column_name in suite.sample_columns:
            values = [entry.get(row.column_name) for entry in json.loads(row.sample)]
            result["partial_unexpected_list"] = values
    return document
