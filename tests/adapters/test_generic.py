"""One CSV per canonical stream, and the contract that must not drift away from the streams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from orchestration.extract.contracts import read_contracts
from orchestration.settings import DBT_PROJECT_DIR, STAGING_DIR

from .conftest import Adapters, write_csv, write_json_lines

SOURCE = "generic"
EVENTS = [
    {"source_name": "generic", "event_name": "visited_shop", "touchpoint_id": "website_visit"}
]
TYPES = {
    "varchar": "string",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
    "double": "double",
    "bigint": "integer",
    "decimal(18, 2)": "decimal",
}
SAMPLES = {
    "string": "x",
    "boolean": "true",
    "timestamp": "2026-05-01T10:00:00+02:00",
    "date": "2026-05-01",
    "double": "1.5",
    "integer": "3",
    "decimal": "12.50",
}
WORDS = {
    "change_type": "started",
    "status": "active",
    "feedback_kind": "direct",
    "purpose": "survey",
    "action": "merge",
    "customer_key_type": "email",
    "customer_key": " Ada@Acme.example ",
    "identity_type": "email",
    "identity_value": " Ada@Acme.example ",
    "event_name": "visited_shop",
    "channel_id": "store",
    "touchpoint_id": "website_visit",
    "event_type": "reopened",
}


def canonical_streams() -> Mapping[str, Mapping[str, Any]]:
    """Return what the macro does, read by the template engine that dbt uses."""
    returned: list[Mapping[str, Mapping[str, Any]]] = []
    # Nothing is rendered that a browser will show.
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    environment.globals["return"] = returned.append
    text = (DBT_PROJECT_DIR / "macros" / "canonical_streams.sql").read_text(encoding="utf-8")
    environment.from_string(text).module.canonical_streams()  # type: ignore[attr-defined]
    # Throughline's own record of ids is no company's to supply.
    return {name: shape for name, shape in returned[0].items() if name != "identifier_events"}


def columns_of(stream: str) -> dict[str, tuple[str, bool]]:
    """Name → type in a contract and whether it is required.

    The source's name and the load are left out: neither stands in a file.
    """
    return {
        name.removeprefix("*"): (TYPES[kind], name.startswith("*"))
        for name, kind in canonical_streams()[stream]["columns"].items()
        if name not in {"*source_name", "load_id"}
    }


def land(folder: Path) -> None:
    for stream in canonical_streams():
        columns = columns_of(stream)
        row = [WORDS.get(name, SAMPLES[kind]) for name, (kind, _) in columns.items()]
        write_csv(folder / f"{stream}.csv", list(columns), [row])
    # What is required is enough, and JSON lines are as good.
    write_json_lines(
        folder / "accounts" / "more.jsonl",
        [
            {"account_id": "y", "customer_key_type": "crm_account_id", "customer_key": "acme-9"},
            {"account_id": "z", "customer_key_type": "crm_account_id"},
        ],
    )
    write_csv(
        folder / "subscriptions" / "bad.csv",
        ["subscription_change_id", "subscription_id", "changed_at", "change_type"],
        [["b", "s", "2026-05-01", "paused"]],
    )
    write_csv(folder / "orders" / "lacking.csv", ["order_id"], [["o-9"]])


def test_contract_has_the_columns_of_every_stream() -> None:
    (contract,) = [source for source in read_contracts(STAGING_DIR) if source.name == SOURCE]
    contracted = {
        stream.name: {column.name: (column.type, column.required) for column in stream.columns}
        for stream in contract.streams
    }
    assert contracted == {stream: columns_of(stream) for stream in canonical_streams()}
    for stream in contract.streams:
        assert stream.key, f"{stream.name} has no key"
        assert all(column.required or column.optional_column for column in stream.columns)


@pytest.mark.parametrize("stream", sorted(canonical_streams()))
def test_view_passes_every_column_on(stream: str) -> None:
    view = STAGING_DIR / SOURCE / f"stg_generic__{stream}.sql"
    described = yaml.safe_load(view.with_suffix(".yml").read_text(encoding="utf-8"))
    names = [column["name"] for column in described["models"][0]["columns"]]
    loads = ["load_id"] if "load_id" in canonical_streams()[stream]["columns"] else []
    assert names == ["source_name", *columns_of(stream), *loads]


@pytest.mark.parametrize("stream", sorted(canonical_streams()))
def test_row_reaches_the_stream_as_written(adapters: Adapters, stream: str) -> None:
    key = next(iter(columns_of(stream)))
    relation = f"core.int_{stream}_unioned"
    assert adapters.row(
        f"select count(*) from {relation} where source_name = 'generic' and {key} = 'x'"
    ) == (1,)


def test_times_are_utc_and_addresses_normal(adapters: Adapters) -> None:
    assert adapters.row(
        "select customer_key, total_amount, ordered_at from core.int_orders_unioned"
        " where source_name = 'generic'"
    ) == ("ada@acme.example", 12.5, datetime(2026, 5, 1, 8))


def test_bad_rows_and_files_are_told_with_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "accounts") == [("customer_key", "missing_value")]
    assert adapters.quarantined(SOURCE, "subscriptions") == [("change_type", "not_allowed")]
    assert adapters.loads["generic__orders"].failed_files == ("orders/lacking.csv",)
    assert any("ordered_at" in message for message in adapters.loads["generic__orders"].messages)
