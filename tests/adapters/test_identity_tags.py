"""Contracts say which columns hold identities, so that a person can be erased from any source."""

from __future__ import annotations

from orchestration.erasure.finding import TYPE_IN_COLUMN, identity_columns
from orchestration.extract.contracts import StreamContract, read_contracts
from orchestration.settings import STAGING_DIR

from .conftest import Adapters


def tagged_values(adapters: Adapters, stream: StreamContract) -> set[tuple[str, str]]:
    """Give (identity type, value) of what a stream's contract marks as identities."""
    found: set[tuple[str, str]] = set()
    for column, kind in identity_columns(stream).items():
        named = kind.removeprefix(TYPE_IN_COLUMN)
        kind_sql = f'"{named}"' if kind.startswith(TYPE_IN_COLUMN) else f"'{kind}'"
        rows = adapters.rows(
            f'select distinct {kind_sql}, lower(trim(cast("{column}" as varchar))) '
            f'from raw."{stream.table_name}" where "{column}" is not null'
        )
        found |= {(str(identity_type), str(value)) for identity_type, value in rows}
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
        if left := sorted(supplied - marked):
            missing[source.name] = left
    assert not missing
