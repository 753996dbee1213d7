"""Contracts that say how to fetch: read as meant, and refused with place and remedy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.extract.fetch.plan_yaml import read_all_plans, read_plans
from orchestration.extract.fetch.plans import RestPlan, SqlPlan
from orchestration.extract.fetch.secrets import Redactor, Variable
from orchestration.extract.shapes import ContractError

SQL = {"kind": "sql", "url": "env ACME_DATABASE_URL"}
REST = {"kind": "rest", "base_url": "https://api.acme.example/v2"}
TABLE = {"table": "orders", "cursor": "updated_at"}
PATH = {"path": "/tickets"}
SECRET = "hunter2hunter2"  # noqa: S105  # planted, to be found where it must not be


def write_contract(
    staging: Path,
    source: dict[str, Any] | None,
    table: dict[str, Any] | None,
    landing: dict[str, Any] | None = None,
) -> Path:
    """Write the contract of a source ``acme`` with one stream ``things``."""
    kind = (source or SQL).get("kind")
    suffix, given = ("jsonl", "jsonl") if kind == "rest" else ("parquet", "parquet")
    landing = landing or {"files": f"things/*.{suffix}", "format": given, "key": ["id"]}
    folder = staging / "acme"
    folder.mkdir(parents=True, exist_ok=True)
    entry = {
        "name": "acme",
        "config": {"meta": {"owner": "sales", **({"fetch": source} if source else {})}},
        "tables": [
            {
                "name": "things",
                "config": {
                    "meta": {"landing": landing, **({"fetch": table} if table else {})},
                },
            }
        ],
    }
    text = yaml.safe_dump({"version": 2, "sources": [entry]}, sort_keys=False)
    (folder / "_acme__sources.yml").write_text(text)
    return folder


def test_table_is_planned_with_what_source_and_table_say(tmp_path: Path) -> None:
    table = {**TABLE, "initial": dt.date(2026, 1, 1), "overlap": 60, "schema": "sales"}
    folder = write_contract(tmp_path, {**SQL, "chunk_rows": 500}, table)
    (plan,) = read_plans(folder)
    assert isinstance(plan, SqlPlan)
    assert (plan.url, plan.table, plan.schema) == (
        Variable(name="ACME_DATABASE_URL"),
        "orders",
        "sales",
    )
    assert plan.target.label == "acme.things"
    assert plan.target.has_key
    assert (plan.target.initial, plan.target.overlap) == (dt.date(2026, 1, 1), 60)
    assert plan.target.chunk_rows == 500
    assert read_all_plans(tmp_path) == (plan,)


def test_endpoint_is_planned_with_what_source_and_table_say(tmp_path: Path) -> None:
    source = {
        **REST,
        "auth": {"type": "api_key", "key": "env ACME_KEY", "name": "X-Key"},
        "params": {"per_page": 100, "token": "env ACME_TOKEN"},
        "pagination": {"type": "page"},
    }
    table = {**PATH, "params": {"archived": True}, "records": "$.tickets"}
    (plan,) = read_plans(write_contract(tmp_path, source, table))
    assert isinstance(plan, RestPlan)
    assert plan.auth.secrets == {"key": Variable(name="ACME_KEY")}
    assert plan.params == {
        "per_page": "100",
        "token": Variable(name="ACME_TOKEN"),
        "archived": "true",
    }
    assert plan.pagination.type == "page"


def test_nothing_is_planned_when_files_come_by_themselves(tmp_path: Path) -> None:
    assert read_plans(write_contract(tmp_path, None, None)) == ()


@pytest.mark.parametrize(
    ("source", "table", "landing", "expected"),
    [
        ({**SQL, "url": f"postgresql://u:{SECRET}@h/d"}, TABLE, None, r"url: a secret may not"),
        ({"kind": "sql"}, TABLE, None, r"url: .*write `env NAME`"),
        ({**SQL, "kind": "sqll"}, TABLE, None, r"kind: 'sqll'.*did you mean 'sql'"),
        (None, TABLE, None, r"fetch: is missing in the source's config.meta.*sql or rest"),
        ({**SQL, "passwort": 1}, TABLE, None, r"key: 'passwort' is not one of"),
        (SQL, {**TABLE, "curser": "x"}, None, r"table things: fetch: key: 'curser'.*'cursor'"),
        (SQL, {**TABLE, "query": "select 1"}, None, r"table/query: give one"),
        (SQL, {"table": "orders", "overlap": 5}, None, r"overlap: has a meaning only with a curs"),
        (SQL, {**TABLE, "chunk_rows": 0}, None, r"chunk_rows: 0 is below 1"),
        (SQL, {**TABLE, "chunk_rows": True}, None, r"chunk_rows: is of type bool, not int"),
        (SQL, {**TABLE, "columns": ["id"]}, None, r"columns: lacks the cursor 'updated_at'"),
        (
            SQL,
            TABLE,
            {"files": "orders/*.parquet", "format": "parquet"},
            r"landing: files: 'orders/\*.parquet' does not match.*write 'things/\*.parquet'",
        ),
        (SQL, TABLE, {"files": "things/*", "format": "parquet"}, r"still being written; write 'th"),
        (SQL, TABLE, {"files": "things/*", "format": "csv"}, r"format: 'csv' is not one of parq"),
        ({**REST, "base_url": "api.acme.example"}, PATH, None, r"base_url: is no address"),
        ({**REST, "base_url": f"https://u:{SECRET}@h"}, PATH, None, r"base_url: holds a name, pa"),
        ({**REST, "auth": {"type": "bearer", "token": SECRET}}, PATH, None, r"auth: token: a sec"),
        ({**REST, "auth": {"type": "bearer"}}, PATH, None, r"token: is missing; write `token: en"),
        ({**REST, "auth": {"type": "digest"}}, PATH, None, r"type: 'digest' is not one of"),
        ({**REST, "headers": {"Authorization": SECRET}}, PATH, None, r"headers.Authorization: a s"),
        ({**REST, "params": {"api_key": SECRET}}, PATH, None, r"params.api_key: a secret may not"),
        (REST, {"records": "$.a"}, None, r"path: is missing"),
        (REST, {**PATH, "cursor": "$.at"}, None, r"only with since_param"),
        (REST, {**PATH, "pagination": {"type": "cursor"}}, None, r"pagination: path: .*cursor ne"),
        (REST, {**PATH, "pagination": {"type": "offset"}}, None, r"limit: pagination by offset"),
    ],
)
def test_contract_is_refused_with_place_and_remedy(
    tmp_path: Path, source: Any, table: Any, landing: Any, expected: str
) -> None:
    folder = write_contract(tmp_path, source, table, landing)
    with pytest.raises(ContractError, match=expected) as raised:
        read_plans(folder)
    assert "_acme__sources.yml: source acme" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_secret_is_hidden_in_every_form_in_which_it_may_be_written() -> None:
    redactor = Redactor()
    redactor.hide(["postgresql://ann:p%40ss%2Fword@host/db"])
    redactor.hide_pair("ann", "open sesame")
    text = "p%40ss%2Fword p@ss/word YW5uOm9wZW4gc2VzYW1l open+sesame open%20sesame host"
    assert redactor.clean(text) == "*** *** *** *** *** host"
