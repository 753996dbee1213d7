"""A small warehouse of the real shapes, and suites over it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from data_quality.catalogue import SQL_TYPE, Expectation, Suite
from data_quality.results import ValidationRun
from data_quality.runner import validate

MOMENT = datetime(2026, 7, 1, 5, 0)
Build = Callable[..., Path]
Check = Callable[..., ValidationRun]

LEDGER_SQL = """
    create schema if not exists quality;
    create table quality.load_ledger as
    select * from (values
        ('l1', 'demo_survey', 'responses', 'june.csv', 100, 90, 6, 4, 'loaded', null, 1),
        ('l2', 'demo_survey', 'responses', 'june.csv', 100, 0, 0, 100, 'unchanged', null, 2),
        ('l3', 'demo_survey', 'responses', 'may.csv', 50, 50, 0, 0, 'loaded', null, 1),
        ('l4', 'demo_billing', 'invoices', 'may.csv', 0, 0, 0, 0, 'failed', 'no column id', 1)
    ) as ledger (
        load_id, source_name, stream, file_name, rows_in, rows_loaded, rows_quarantined,
        rows_duplicate, status, message, day
    );
    alter table quality.load_ledger add column received_at timestamp;
    update quality.load_ledger set received_at = timestamp '2026-06-30' + day * interval 1 day;
    create table quality.quarantine (
        quarantine_id varchar, load_id varchar, source_name varchar, stream varchar,
        file_name varchar, line_number bigint, column_name varchar, "value" varchar,
        reason_code varchar, message varchar, raw_text varchar, received_at timestamp
    );
    insert into quality.quarantine
    select
        'q' || n, 'l1', 'demo_survey', 'responses', 'june.csv', 10 + n,
        case when n < 4 then 'score' else 'respondent' end,
        case when n < 4 then '77' else 'someone@example.com' end,
        case when n < 4 then 'out_of_range' else 'bad_pattern' end,
        case when n < 4 then 'score 77 is above 10' else 'someone@example.com is no id' end,
        'raw line with someone@example.com', timestamp '2026-07-01'
    from range(6) as numbers (n);
"""


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Run SQL into a new warehouse and return its path."""

    def _build(*statements: str) -> Path:
        path = tmp_path / "warehouse.duckdb"
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        return path

    return _build


ANSWERS_SQL = """
    create schema core;
    create table core.answers as
    select
        n as answer_id,
        'someone' || n || '@example.com' as email,
        (n % 11)::double as score,
        case when n % 10 = 0 then null else 'web' end as channel_id,
        timestamp '2026-06-01' + n * interval 1 minute as answered_at,
        timestamp '2026-06-01' + n * interval 1 minute - interval 5 minute as sent_at,
        null::varchar as nothing,
    from range(1100) as numbers (n);
"""


def rule(kind: str = SQL_TYPE, **changes: object) -> Expectation:
    """Make an expectation with the fields a test does not care about filled in."""
    fields: dict[str, object] = {
        "rule": "checked",
        "type": kind,
        "kwargs": {},
        "severity": "critical",
        "why": "A reason.",
        "statement": "The rule" if kind == SQL_TYPE else None,
    }
    return Expectation(**{**fields, **changes})  # type: ignore[arg-type]


def suite_of(*expectations: Expectation, **changes: object) -> Suite:
    """Make a suite on `core.answers` of the given expectations."""
    fields: dict[str, object] = {
        "name": "core_answers__checks",
        "table": "core.answers",
        "owner": "voice-of-customer",
        "description": "Answers are what they seem.",
        "applies_when": "table_exists",
        "sample_columns": ("answer_id", "score"),
        "expectations": expectations,
    }
    return Suite(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def check(build: Build) -> Check:
    """Validate `core.answers` against expectations and return the run."""

    def _check(*expectations: Expectation, **changes: object) -> ValidationRun:
        suite = suite_of(*expectations, **changes)
        database = build(ANSWERS_SQL)
        return validate(database, run_id="run-1", validated_at=MOMENT, catalogue=[suite])

    return _check
