"""The dirt that lies in the files is the dirt that is stated, counted without the warehouse."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from demo.dirt import planted_counts, share_of
from demo.dirt_rules import DIRT_RULES, OFF_SCALE_SCORE, UNKNOWN_EVENT, DirtRule
from demo.exports import EXPORTS, Export
from demo.truths import TRUTHS
from tests.demo.conftest import CUSTOMERS, Company

TEXT_EXPORTS = [export for export in EXPORTS if export.file_format != "parquet"]
PLANTED = planted_counts(CUSTOMERS)


def read_lines(export: Export, landing: Path) -> list[str]:
    """Return the rows of an export as its lines, headers left out."""
    rows: list[str] = []
    for path in sorted((landing / export.source / export.stream).iterdir()):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        lines = content.decode(export.encoding).splitlines()
        rows += lines[1:] if export.file_format == "csv" else lines
    return rows


def is_whole(line: str, export: Export, width: int) -> bool:
    if export.file_format == "csv":
        return len(next(csv.reader([line], delimiter=export.delimiter))) == width
    try:
        json.loads(line)
    except json.JSONDecodeError:
        return False
    return True


@pytest.mark.parametrize("export", TEXT_EXPORTS, ids=lambda export: export.stream)
def test_repeated_and_broken_lines_are_as_many_as_stated(export: Export, company: Company) -> None:
    lines = read_lines(export, company.landing)
    width = max(len(next(csv.reader([line], delimiter=export.delimiter))) for line in lines)
    whole = [line for line in lines if is_whole(line, export, width)]
    repeats = sum(count - 1 for count in Counter(whole).values())

    assert repeats == PLANTED[export.source, export.stream, "duplicate"]
    assert len(lines) - len(whole) == PLANTED[export.source, export.stream, "malformed_row"]


def count(files: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    found = files.sql(f"select count(*) from {table} where {condition}").fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize(
    ("table", "condition", "outcome"),
    [
        ("crm_accounts", "account_id is null", "missing_value"),
        ("crm_offers", "accepted = 'perhaps'", "not_allowed"),
        ("survey_responses", "try_cast(score as int) > 10", "out_of_range"),
        ("survey_responses", "score is not null and try_cast(score as int) is null", "bad_type"),
        (
            "survey_responses",
            f"question = 'csat' and try_cast(score as int) = {OFF_SCALE_SCORE}",
            "loaded",
        ),
        ("helpdesk_tickets", "year(created::timestamp) = 2099", "in_future"),
        ("helpdesk_tickets", "status = 'zombie'", "not_allowed"),
        ("billing_invoices", "created like '2099%'", "in_future"),
        ("billing_invoices", "try_cast(total as double) is null", "bad_type"),
        ("product_events", "user_id is null", "missing_value"),
        ("product_events", "actions < 0", "out_of_range"),
        ("product_events", f"event = '{UNKNOWN_EVENT}'", "loaded"),
        ("web_events", "year(timestamp::timestamp) = 2099", "in_future"),
        ("shop_orders", "total::double < 0", "out_of_range"),
        ("marketing_spend", "try_cast(cost as double) < 0", "out_of_range"),
        ("people_feedback", "try_cast(submitted as timestamp) is null", "bad_type"),
    ],
)
def test_bad_values_are_as_many_as_stated(
    files: duckdb.DuckDBPyConnection, table: str, condition: str, outcome: str
) -> None:
    source, stream = table.split("_", 1)

    assert count(files, table, condition) == PLANTED[f"demo_{source}", stream, outcome] > 0


@pytest.mark.parametrize(
    ("table", "key"), [("billing_invoices", "id"), ("shop_orders", "order_id")]
)
def test_keys_with_two_contents_are_as_many_as_stated(
    files: duckdb.DuckDBPyConnection, table: str, key: str
) -> None:
    source, stream = table.split("_", 1)
    different = f"(from {table} select distinct *)"
    doubled = count(
        files, f"(from {different} select {key} group by all having count(*) > 1)", "true"
    )

    assert doubled == PLANTED[f"demo_{source}", stream, "duplicate_key"] > 0


def test_test_accounts_and_double_accounts_are_as_many_as_stated(
    files: duckdb.DuckDBPyConnection,
) -> None:
    accounts = "(from crm_accounts select distinct *)"
    tests = count(files, accounts, "is_test = 'Y' and account_id not like 'A-D%'")
    doubles = count(files, accounts, "account_id like 'A-D%'")

    assert tests == TRUTHS.customers.test_accounts(CUSTOMERS)
    assert doubles == TRUTHS.customers.double_accounts(CUSTOMERS)


def test_late_file_holds_only_older_tickets(company: Company) -> None:
    late = company.landing / "demo_helpdesk/tickets/tickets_late_0001.jsonl"
    months = {json.loads(line)["created"][:7] for line in late.read_text().splitlines()}

    assert months <= {"2025-02", "2025-03", "2025-04"}
    assert "2025-03" in months


def test_shares_of_parts_add_up_to_the_count_of_the_whole() -> None:
    for rule in DIRT_RULES:
        shares = [share_of(rule, first, first + 300) for first in range(0, 3000, 300)]
        assert sum(shares) == rule.count(3000)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "dust"}, "kind is 'dust'"),
        ({"reason_code": "ugly"}, "reason_code is 'ugly'"),
        ({"column": None}, "belong together"),
        ({"per_customers": 0}, "is no count"),
    ],
)
def test_rule_is_refused_when_it_makes_no_sense(changes: dict[str, object], message: str) -> None:
    good = {"source": "s", "stream": "t", "kind": "value", "column": "c", "value": "null"}
    with pytest.raises(ValueError, match=message):
        DirtRule(**{**good, **changes})
