"""Contracts say which columns hold identities, so that a person can be erased from any source."""

from __future__ import annotations

from orchestration.erasure.finding import ANY_TYPE, TYPE_IN_COLUMN, identity_columns
from orchestration.extract.contracts import StreamContract, read_contracts
from orchestration.settings import STAGING_DIR

from .conftest import Adapters

JSON_STRING = r"""'"\s*([^"]*?)\s*"'"""
BETWEEN = r"'[;,<>\s]+'"


def tagged_values(adapters: Adapters, stream: StreamContract) -> set[tuple[str, str]]:
    """Give (identity type, value) of what a stream's contract marks as identities."""
    found: set[tuple[str, str]] = set()
    types = {column.name: column.type for column in stream.columns}
    for column, kind in identity_columns(stream).items():
        named = kind.removeprefix(TYPE_IN_COLUMN)
        kind_sql = f'"{named}"' if named != kind else f"'{kind}'"
        text = f'lower(trim(cast("{column}" as varchar)))'
        values = (
            f"regexp_extract_all({text}, {JSON_STRING}, 1)"
            if types[column] == "json"
            else f"list_append(string_split_regex({text}, {BETWEEN}), {text})"
        )
        rows = adapters.rows(
            f"select distinct {kind_sql}, unnest({values}) "
            f'from raw."{stream.table_name}" where "{column}" is not null'
        )
        found |= {(str(identity_type), str(identity)) for identity_type, identity in rows}
    return found


def test_every_identity_that_a_view_supplies_stands_in_a_marked_column(adapters: Adapters) -> None:
    missing: dict[str, list[tuple[str, str]]] = {}
    for source in read_contracts(STAGING_DIR):
        view = f"stg_{source.name}__identities"
        exists = adapters.rows("select 1 from duckdb_views() where view_name = ?", view)
        if not exists:
            continue
        supplied = {
            (str(kind), str(value))
            for kind, value in adapters.rows(
                f"select distinct identity_type, lower(trim(identity_value)) from staging.{view}"
            )
        }
        marked = set().union(*(tagged_values(adapters, stream) for stream in source.streams))
        of_any_type = {value for kind, value in marked if kind == ANY_TYPE}
        left = [pair for pair in supplied - marked if pair[1] not in of_any_type]
        if left:
            missing[source.name] = sorted(left)
    assert not missing
