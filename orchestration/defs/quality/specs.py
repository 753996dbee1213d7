"""What contracts and dbt's manifest say of each table that is measured."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from data_quality.tables import StreamSpec, TableSpec, window_days
from orchestration.extract.shapes import SourceContract, StreamContract

MEASURED_SCHEMAS = ("core", "features", "marts", "ml")
# Time of the event that a row of a fact is about, by the names that core gives it.
TIME_COLUMNS = (
    "occurred_at", "answered_at", "sent_at", "ordered_at", "opened_at", "changed_at", "offered_at",
    "submitted_at", "usage_date", "spend_date", "updated_at", "created_at", "reached_at",
    "started_at",
)  # fmt: skip
# Beside the columns tagged as personal data: names under which core carries such data on.
PERSONAL_NAMES = re.compile(r"full_name|e_?mail|phone|comment_(text|redacted)|_label$|quote|note$")
TEMPORAL_TYPES = ("timestamp", "date")


def stream_specs(
    contracts: Iterable[tuple[SourceContract, StreamContract]],
) -> tuple[TableSpec, ...]:
    """Return how the raw table of each stream is measured, from its contract alone."""
    return tuple(_stream_spec(source, stream) for source, stream in contracts)


def _stream_spec(source: SourceContract, stream: StreamContract) -> TableSpec:
    return TableSpec(
        table=f"raw.{stream.table_name}",
        owner=source.owner,
        description=stream.description or f"{stream.name} of {source.name}",
        key=stream.key,
        time_column=event_time(stream),
        window_days=window_days(stream.freshness_days),
        hidden_columns=frozenset(c.name for c in stream.columns if c.personal_data),
        stream=StreamSpec(
            source_name=source.name,
            stream=stream.name,
            freshness_days=stream.freshness_days,
            required_columns=tuple(c.name for c in stream.columns if c.required),
            has_versions=bool(stream.version),
        ),
    )


def event_time(stream: StreamContract) -> str | None:
    """Return the column that says when a row's event was: the first that cannot be in the future.

    A required one goes before one that may be empty.
    """
    times = [c for c in stream.columns if c.type in TEMPORAL_TYPES and not c.may_be_future]
    ordered = sorted(times, key=lambda column: not column.required)
    return ordered[0].name if ordered else None


def table_specs(manifest: Path, keys: Collection[dg.AssetKey]) -> tuple[TableSpec, ...]:
    """Return how each fact, dimension, mart, table of features and of scores is measured.

    Steps on the way to a table (``int_…``) and views are left out.
    """
    document = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = [*document["nodes"].values(), *document["sources"].values()]
    specs = [
        _table_spec(node)
        for node in nodes
        if node["resource_type"] in {"model", "source"}
        and node["schema"] in MEASURED_SCHEMAS
        and not _name(node).startswith("int_")
        and node.get("config", {}).get("materialized") != "view"
        and dg.AssetKey([node["schema"], _name(node)]) in keys
    ]
    # Two sources may describe one table, each with the columns that it reads.
    return tuple({spec.table: spec for spec in sorted(specs, key=lambda s: s.table)}.values())


def _table_spec(node: Mapping[str, Any]) -> TableSpec:
    columns = list(node["columns"])
    schema = str(node["schema"])
    time = next((name for name in TIME_COLUMNS if name in columns), None)
    if schema == "features":
        time = "as_of_date" if "as_of_date" in columns else None
    if schema in {"marts", "ml"} or _name(node).startswith("dim_"):
        time = None
    return TableSpec(
        table=f"{schema}.{_name(node)}",
        owner=owner_of(node),
        description=str(node["description"]).strip().split(". ")[0].rstrip(".") + ".",
        key=tuple(columns[:1]),
        time_column=time,
        # Features of the as-of day are compared with those of other as-of days.
        window_days=1 if schema == "features" else window_days(None),
        hidden_columns=frozenset(
            name
            for name in columns
            if PERSONAL_NAMES.search(name) or _is_personal(node["columns"][name])
        ),
    )


def mart_lineage(manifest: Path) -> pd.DataFrame:
    """Return for each mart its owner and every table above it, itself included.

    Returns
    -------
    pandas.DataFrame
        ``mart_name``, ``owner``, ``upstream_table`` (``schema.table``), one row per pair.
    """
    document = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = {**document["nodes"], **document["sources"]}
    parents: Mapping[str, list[str]] = document["parent_map"]
    rows = []
    for identifier, node in sorted(nodes.items()):
        if node["resource_type"] != "model" or node["schema"] != "marts":
            continue
        if _name(node).startswith("int_") or node["config"]["materialized"] == "view":
            continue
        above = _ancestors(identifier, parents)
        tables = {f"{nodes[n]['schema']}.{_name(nodes[n])}" for n in above if n in nodes}
        rows += [(_name(node), owner_of(node), table) for table in sorted(tables)]
    return pd.DataFrame(rows, columns=["mart_name", "owner", "upstream_table"]).astype("string")


def _ancestors(identifier: str, parents: Mapping[str, list[str]]) -> set[str]:
    found = {identifier}
    waiting = [identifier]
    while waiting:
        for parent in parents.get(waiting.pop(), []):
            # What Python computes from features stands in the manifest as a source without parents.
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def owner_of(node: Mapping[str, Any]) -> str:
    """Return the team that a node names, or analytics engineering."""
    meta = {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}
    source_meta = node.get("source_meta") or {}
    return str(meta.get("owner") or source_meta.get("owner") or "analytics_engineering")


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("identifier") or node.get("alias"))


def _is_personal(column: Mapping[str, Any]) -> bool:
    meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
    return bool(meta.get("personal_data"))
