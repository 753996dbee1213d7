"""Parsing of a source's YAML into contracts, with messages that say where a mistake is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from orchestration.extract.shapes import (
    ColumnContract,
    ContractError,
    SourceContract,
    StreamContract,
    check_one_of,
)

# YAML key → field, where the two differ.
COLUMN_FIELDS = {"from": "source_name"}
NOT_KEYS = ("source_name", "other_names")
COLUMN_KEYS = (
    *(field.name for field in dataclasses.fields(ColumnContract) if field.name not in NOT_KEYS),
    *COLUMN_FIELDS,
)
STREAM_KEYS = (
    "files", "format", "encoding", "delimiter", "quote", "header_rows", "records", "timezone",
    "key", "null_values", "freshness_days", "columns",
)  # fmt: skip
KINDS: dict[str, tuple[type, ...]] = {
    "name": (str,), "type": (str,), "source_name": (str, list), "pattern": (str,),
    "files": (str, list), "records": (str,), "strip": (list,),
    "format": (str,), "encoding": (str,), "delimiter": (str,), "quote": (str,), "timezone": (str,),
    "decimal_mark": (str,), "thousands_mark": (str,), "personal_data": (str,),
    "required": (bool,), "optional_column": (bool,), "may_be_future": (bool,),
    "header_rows": (int,), "scale": (int,), "freshness_days": (int, float),
    "formats": (list,), "allowed": (list,), "key": (list,), "null_values": (list,),
}  # fmt: skip


def read_source(folder: Path) -> SourceContract | None:
    """Return the contract that lies in a source's folder, or None when the folder has none.

    Raises
    ------
    ContractError
        When the YAML cannot be parsed, or a value in it cannot be used.
    """
    path = folder / f"_{folder.name}__sources.yml"
    if not path.exists():
        return None
    with located(path.as_posix()):
        entry = _source_entry(path, folder.name)
        meta = _meta(entry)
        with located(f"source {folder.name}"):
            streams = tuple(
                _stream(table, folder.name, path)
                for table in _list_of_mappings(entry, "tables")
                if "landing" in _meta(table)
            )
        return SourceContract(
            name=folder.name,
            owner=str(meta.get("owner", "unowned")),
            streams=streams,
            description=str(entry.get("description", "")).strip(),
        )


@contextmanager
def located(place: str) -> Iterator[None]:
    """Put ``place`` in front of the message of a `ContractError` raised inside."""
    try:
        yield
    except ContractError as error:
        message = f"{place}: {error}"
        raise ContractError(message) from error


def _source_entry(path: Path, name: str) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"is no valid YAML: {error}"
        raise ContractError(message) from error
    if not isinstance(document, Mapping):
        message = "holds no mapping with a list `sources`"
        raise ContractError(message)
    sources = _list_of_mappings(document, "sources")
    check_one_of("source (the folder's name)", name, [str(entry.get("name")) for entry in sources])
    return next(entry for entry in sources if entry.get("name") == name)


def _stream(table: Mapping[str, Any], source_name: str, path: Path) -> StreamContract:
    name = str(table.get("name", ""))
    with located(f"table {name}"):
        landing = _meta(table)["landing"]
        if not isinstance(landing, Mapping):
            message = f"landing: {landing!r} is no mapping; it holds {', '.join(STREAM_KEYS)}"
            raise ContractError(message)
        expected = f"{source_name}__{name}"
        check_one_of("identifier", table.get("identifier", expected), [expected])
        values = _fields(landing, STREAM_KEYS, {}, needed=("files", "format", "columns"))
        values.pop("columns")
        if isinstance(values["files"], tuple):
            values["files"] = _texts("files", values["files"])
        columns = tuple(_column(entry) for entry in _list_of_mappings(landing, "columns"))
        return StreamContract(
            source_name=source_name,
            name=name,
            columns=columns,
            description=str(table.get("description", "")).strip(),
            contract_path=path,
            **values,
        )


def _column(entry: Mapping[str, Any]) -> ColumnContract:
    with located(f"column {entry.get('name', '?')}"):
        values = _fields(entry, COLUMN_KEYS, COLUMN_FIELDS, needed=("name", "type"))
        if isinstance(values.get("source_name"), tuple):
            names = _texts("from", values.pop("source_name"))
            values |= {"source_name": names[0], "other_names": names[1:]}
        return ColumnContract(**values)


def _fields(
    entry: Mapping[str, Any],
    keys: tuple[str, ...],
    renamed: Mapping[str, str],
    *,
    needed: tuple[str, ...],
) -> dict[str, Any]:
    """Return the fields of a contract class; lists become tuples, since the classes are frozen."""
    for key in needed:
        if key not in entry:
            message = f"{key}: is missing"
            raise ContractError(message)
    values: dict[str, Any] = {}
    for key, value in entry.items():
        check_one_of("key", key, keys)
        field = renamed.get(key, key)
        kinds = KINDS.get(field)
        # YAML's true is Python's bool, which is also an int: a scale of `true` is a slip.
        slipped = isinstance(value, bool) and kinds is not None and bool not in kinds
        if kinds is not None and (slipped or not isinstance(value, kinds)):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            message = f"{key}: {value!r} is of type {type(value).__name__}, not {wanted}"
            raise ContractError(message)
        values[field] = tuple(value) if isinstance(value, list) else value
    return values


def _texts(key: str, values: tuple[Any, ...]) -> tuple[str, ...]:
    if not values or not all(isinstance(value, str) and value for value in values):
        message = f"{key}: {list(values)!r} is no list of names"
        raise ContractError(message)
    return values


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    config = entry.get("config") or {}
    if not isinstance(config, Mapping):
        message = f"config: {config!r} is no mapping"
        raise ContractError(message)
    meta = config.get("meta") or {}
    if not isinstance(meta, Mapping):
        message = f"config.meta: {meta!r} is no mapping"
        raise ContractError(message)
    return meta


def _list_of_mappings(entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = entry.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        message = f"{key}: is no list of mappings"
        raise ContractError(message)
    return found
