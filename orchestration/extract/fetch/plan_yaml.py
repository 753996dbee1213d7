"""Parsing of ``config.meta.fetch`` of a source and of its tables into plans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import yaml

from orchestration.extract.contract_yaml import located
from orchestration.extract.fetch.plans import (
    KINDS,
    Auth,
    Pagination,
    Plan,
    RestPlan,
    SqlPlan,
    Target,
)
from orchestration.extract.fetch.secrets import Variable, is_variable
from orchestration.extract.shapes import ContractError, check_one_of

SOURCE_KEYS = {
    "sql": ("kind", "url", "schema", "chunk_rows", "attempts", "backoff_seconds",
            "connect_seconds"),
    "rest": ("kind", "base_url", "auth", "headers", "params", "pagination", "chunk_rows",
             "attempts", "backoff_seconds", "timeout_seconds"),
}  # fmt: skip
TABLE_KEYS = {
    "sql": ("table", "query", "schema", "columns", "cursor", "initial", "overlap", "chunk_rows",
            "stamp"),
    "rest": ("path", "params", "records", "pagination", "cursor", "since_param", "since_format",
             "ordered", "initial", "overlap", "chunk_rows", "stamp"),
}  # fmt: skip
AUTH_SECRETS = {
    "none": (),
    "bearer": ("token",),
    "api_key": ("key",),
    "basic": ("password",),
    "oauth2_client_credentials": ("client_id", "client_secret"),
}
AUTH_WORDS = ("type", "username", "name", "location", "token_url", "scope")
PAGINATION_KEYS = (
    "type", "path", "param", "first", "limit", "limit_param", "total_path", "until_settled",
)  # fmt: skip
# A header or parameter so called holds a secret, whatever its value looks like.
SECRET_WORDS = re.compile(r"(auth|cookie|token|secret|password|pwd|api[-_]?key|^key$)", re.I)
LANDED_FORMATS = {"sql": ("parquet", "auto"), "rest": ("jsonl", "auto")}
SUFFIXES = {"sql": ".parquet", "rest": ".jsonl"}
KINDS_OF_VALUES: dict[str, tuple[type, ...]] = {
    "schema": (str,), "table": (str,), "query": (str,), "cursor": (str,), "path": (str,),
    "records": (str,), "since_param": (str,), "since_format": (str,), "param": (str,),
    "limit_param": (str,), "total_path": (str,), "type": (str,), "username": (str,),
    "name": (str,), "location": (str,), "token_url": (str,), "scope": (str,),
    "chunk_rows": (int,), "attempts": (int,), "connect_seconds": (int,), "first": (int,),
    "limit": (int,), "overlap": (int, float), "backoff_seconds": (int, float),
    "timeout_seconds": (int, float), "until_settled": (bool,), "ordered": (bool,),
    "columns": (list,), "stamp": (str,),
}  # fmt: skip


def read_plans(folder: Path) -> tuple[Plan, ...]:
    """Return what is to be fetched for one source; empty when its files come by themselves.

    Parameters
    ----------
    folder
        Folder of the source below ``models/staging``.

    Raises
    ------
    ContractError
        Names the file, table and key, and what is allowed; never a value that may be a secret.
    """
    path = folder / f"_{folder.name}__sources.yml"
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8")
    # Every run reads every contract, and most fetch nothing: their YAML need not be parsed twice.
    if "fetch:" not in text:
        return ()
    with located(path.as_posix()):
        document = yaml.safe_load(text) or {}
        entry: Mapping[str, Any] = next(
            (item for item in document.get("sources") or [] if item.get("name") == folder.name), {}
        )
        source = _fetch_of(entry)
        tables = [table for table in entry.get("tables") or [] if _fetch_of(table) is not None]
        if source is None and not tables:
            return ()
        with located(f"source {folder.name}: fetch"):
            if source is None:
                message = f"is missing in the source's config.meta, where `kind` ({_or(KINDS)}) "
                raise ContractError(message + "and the connection stand; its tables have one")
            check_one_of("kind", source.get("kind"), KINDS)
            kind = str(source["kind"])
            _check_keys(source, SOURCE_KEYS[kind])
        return tuple(_plan(kind, folder.name, source, table) for table in tables)


def read_all_plans(staging_dir: Path) -> tuple[Plan, ...]:
    """Return what is to be fetched for every source, in the order of their names."""
    folders = sorted(path for path in staging_dir.iterdir() if path.is_dir())
    return tuple(plan for folder in folders for plan in read_plans(folder))


def _plan(kind: str, source_name: str, source: Mapping[str, Any], table: Mapping[str, Any]) -> Plan:
    name = str(table.get("name", ""))
    with located(f"source {source_name}: table {name}: fetch"):
        fetch = _fetch_of(table) or {}
        _check_keys(fetch, TABLE_KEYS[kind])
        landing = _meta(table).get("landing") or {}
        _check_landing(kind, name, landing)
        given = {**source, **fetch}
        target = Target(
            source=source_name,
            stream=name,
            has_key=bool(landing.get("key")),
            **_given(given, "cursor", "initial", "overlap", "chunk_rows", "attempts"),
            **_given(given, "backoff_seconds", "stamp"),
        )
        if kind == "sql":
            return _sql_plan(target, given)
        return _rest_plan(target, source, fetch)


def _sql_plan(target: Target, given: Mapping[str, Any]) -> SqlPlan:
    return SqlPlan(
        target=target,
        url=Variable.parse("url", given.get("url")),
        columns=tuple(str(name) for name in given.get("columns") or ()),
        **_given(given, "schema", "table", "query", "connect_seconds"),
    )


def _rest_plan(target: Target, source: Mapping[str, Any], fetch: Mapping[str, Any]) -> RestPlan:
    if "path" not in fetch:
        message = "path: is missing, the endpoint's path below base_url"
        raise ContractError(message)
    return RestPlan(
        target=target,
        base_url=_base_url(source.get("base_url")),
        path=str(fetch["path"]),
        auth=_auth(source.get("auth") or {}),
        params=_texts("params", {**(source.get("params") or {}), **(fetch.get("params") or {})}),
        headers=_texts("headers", source.get("headers") or {}),
        pagination=_pagination(fetch.get("pagination") or source.get("pagination") or {}),
        **_given(fetch, "records", "since_param", "since_format", "ordered"),
        **_given(source, "timeout_seconds"),
    )


def _base_url(value: object) -> str | Variable:
    if is_variable(value):
        return Variable.parse("base_url", value)
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        message = "base_url: is no address that begins with https:// or http://, nor `env NAME`"
        raise ContractError(message)
    if parts.username or parts.password or parts.query:
        message = "base_url: holds a name, password or query; put them under auth or params"
        raise ContractError(message)
    return str(value)


def _auth(given: Mapping[str, Any]) -> Auth:
    with located("auth"):
        kind = str(given.get("type", "none"))
        check_one_of("type", kind, tuple(AUTH_SECRETS))
        _check_keys(given, (*AUTH_WORDS, *AUTH_SECRETS[kind]))
        for needed in AUTH_SECRETS[kind]:
            if needed not in given:
                message = f"{needed}: is missing; write `{needed}: env NAME`"
                raise ContractError(message)
        if kind == "oauth2_client_credentials" and "token_url" not in given:
            message = "token_url: is missing, the address that hands out tokens"
            raise ContractError(message)
        if kind == "basic" and "username" not in given:
            message = "username: is missing"
            raise ContractError(message)
        words = {name: value for name, value in given.items() if name in AUTH_WORDS}
        secrets = {name: Variable.parse(name, given[name]) for name in AUTH_SECRETS[kind]}
        if is_variable(words.get("username")):
            secrets["username"] = Variable.parse("username", words.pop("username"))
        return Auth(**{**words, "type": kind, "secrets": secrets})


def _pagination(given: Mapping[str, Any]) -> Pagination:
    with located("pagination"):
        _check_keys(given, PAGINATION_KEYS)
        return Pagination(**given)


def _texts(key: str, given: Mapping[str, Any]) -> dict[str, str | Variable]:
    """Return headers or parameters; one whose name speaks of a secret must be a variable."""
    texts: dict[str, str | Variable] = {}
    for name, value in given.items():
        if is_variable(value) or SECRET_WORDS.search(str(name)):
            texts[str(name)] = Variable.parse(f"{key}.{name}", value)
        elif isinstance(value, bool):
            texts[str(name)] = "true" if value else "false"
        else:
            texts[str(name)] = str(value)
    return texts


def _check_landing(kind: str, name: str, landing: Mapping[str, Any]) -> None:
    """Refuse a fetch whose files the loader would not find, or could not read."""
    if not landing:
        message = "the table has no `landing`; the loader reads what is fetched by it"
        raise ContractError(message)
    with located("landing"):
        check_one_of("format", landing.get("format"), LANDED_FORMATS[kind])
        patterns = landing.get("files")
        patterns = patterns if isinstance(patterns, list) else [patterns]
        landed = PurePosixPath(name, f"000000{SUFFIXES[kind]}")
        unfinished = PurePosixPath(name, f".000000{SUFFIXES[kind]}.part")
        if any(_matches(unfinished, str(pattern)) for pattern in patterns):
            message = (
                f"files: {_or(map(repr, patterns))} also matches files that are still being "
                f"written; write '{name}/*{SUFFIXES[kind]}'"
            )
            raise ContractError(message)
        if not any(_matches(landed, str(pattern)) for pattern in patterns):
            message = (
                f"files: {_or(map(repr, patterns))} does not match what is fetched; "
                f"write '{name}/*{SUFFIXES[kind]}'"
            )
            raise ContractError(message)


def _matches(path: PurePosixPath, pattern: str) -> bool:
    depth = len(PurePosixPath(pattern).parts)
    return path.match(pattern) and ("**" in pattern or depth == len(path.parts))


def _check_keys(given: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    for key, value in given.items():
        check_one_of("key", key, allowed)
        kinds = KINDS_OF_VALUES.get(key)
        slipped = isinstance(value, bool) and kinds is not None and bool not in kinds
        if kinds is not None and (slipped or not isinstance(value, kinds)):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            message = f"{key}: is of type {type(value).__name__}, not {wanted}"
            raise ContractError(message)


def _given(given: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: given[key] for key in keys if given.get(key) is not None}


def _fetch_of(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    fetch = _meta(entry).get("fetch")
    if fetch is not None and not isinstance(fetch, Mapping):
        message = f"fetch: is of type {type(fetch).__name__}, not a mapping"
        raise ContractError(message)
    return fetch


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return ((entry.get("config") or {}).get("meta")) or {}


def _or(values: Any) -> str:
    return " or ".join(values)
