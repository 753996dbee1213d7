"""Great Expectations on DuckDB: one read-only connection that stays open, and nothing sent out.

Great Expectations has no DuckDB backend of its own. Through SQLAlchemy it closes the connection
before it fetches, and a DuckDB result dies with its connection, so that every metric ends in
``list index out of range``. For a few dialects it keeps one connection open instead; the cure is to
count DuckDB among them. `tests/data_quality/test_duckdb_engine.py` notices when an upgrade breaks
the cure or makes it needless.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

# Nothing is fetched from the network at run time.
_SETTINGS = {
    "access_mode": "read_only",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_DIALECTS = "_PERSISTED_CONNECTION_DIALECTS"


class PersistedDialect(str, Enum):  # noqa: UP042 - its members must equal a plain dialect name
    """Stands in the tuple of Great Expectations' own dialects, whose members have a value."""

    DUCKDB = "duckdb"


def load_great_expectations() -> None:
    """Import Great Expectations without its warnings, before any part of it is imported by name.

    It takes seconds, so it is done by whoever validates and not with the package: commands that
    validate nothing do not pay for it. Its own imports are deprecated in places, which is nothing
    that a user of this package can act on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("great_expectations")
        importlib.import_module("great_expectations.expectations")


def keep_duckdb_connections_open() -> None:
    """Apply the cure to the loaded Great Expectations; a second call changes nothing.

    Raises
    ------
    RuntimeError
        When this version no longer has the list that the cure extends.
    """
    load_great_expectations()
    from great_expectations.execution_engine import sqlalchemy_execution_engine as module

    dialects = getattr(module, _DIALECTS, None)
    if not isinstance(dialects, tuple):
        raise RuntimeError(
            f"great_expectations no longer has the tuple {_DIALECTS}: see whether DuckDB works "
            "without the cure of data_quality/duckdb_engine.py, and adapt or remove it"
        )
    if PersistedDialect.DUCKDB not in dialects:
        setattr(module, _DIALECTS, (*dialects, PersistedDialect.DUCKDB))


@dataclass(frozen=True, kw_only=True)
class QualityEngine:
    """One open warehouse: a Great Expectations context and its single DuckDB connection."""

    context: EphemeralDataContext
    datasource: Any
    engine: SqlAlchemyExecutionEngine

    def batch(self, table: str) -> Batch:
        """Take the whole of ``schema.table`` as a batch; no row is read."""
        schema_name, table_name = table.split(".")
        assets = {asset.name: asset for asset in self.datasource.assets}
        asset = assets.get(table)
        if asset is None:
            with warnings.catch_warnings():
                # The advice is one datasource a schema; that would be one connection a schema.
                warnings.filterwarnings("ignore", message="`schema_name` is deprecated")
                asset = self.datasource.add_table_asset(
                    table, table_name=table_name, schema_name=schema_name
                )
        batch: Batch = asset.add_batch_definition_whole_table(
            f"whole table {len(asset.batch_definitions)}"
        ).get_batch()
        return batch

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> Sequence[Any]:
        """Rows of a small query, over the same connection as the expectations."""
        import sqlalchemy

        statement = sqlalchemy.text(sql).bindparams(**(parameters or {}))
        rows: Sequence[Any] = self.engine.execute_query(statement).fetchall()
        return rows

    def table_exists(self, table: str) -> bool:
        """Whether ``schema.table`` is a table or a view of the warehouse."""
        schema_name, table_name = table.split(".")
        found = self.query(
            "select count(*) from information_schema.tables "
            "where table_schema = :schema_name and table_name = :table_name",
            {"schema_name": schema_name, "table_name": table_name},
        )
        return bool(found[0][0])

    def column_names(self, table: str) -> tuple[str, ...]:
        """Columns of ``schema.table`` in their order."""
        schema_name, table_name = table.split(".")
        found = self.query(
            "select column_name from information_schema.columns where table_schema = :schema_name "
            "and table_name = :table_name order by ordinal_position",
            {"schema_name": schema_name, "table_name": table_name},
        )
        return tuple(str(row[0]) for row in found)

    def row_count(self, table: str) -> int:
        """Count the rows of ``schema.table``."""
        return int(self.query(f"select count(*) from {table}")[0][0])


def quiet_context(data_docs_dir: Path | None = None) -> EphemeralDataContext:
    """Make a context that keeps nothing on disk, shows no progress bars and reports to nobody.

    With a folder it can build Data Docs there, and there only.
    """
    load_great_expectations()
    import great_expectations
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        data_docs_sites={} if data_docs_dir is None else {"local": _site(data_docs_dir)},
    )
    # Not the class itself: validation looks the context up where get_context registers it.
    return great_expectations.get_context(project_config=config, mode="ephemeral")


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


@contextmanager
def open_engine(database: Path, limits: Mapping[str, str] | None = None) -> Iterator[QualityEngine]:
    """Open a warehouse read-only for validation; the connection is closed on the way out.

    Parameters
    ----------
    database : Path
        An existing DuckDB file.
    limits : Mapping[str, str], optional
        DuckDB settings such as ``threads``, ``memory_limit`` and ``temp_directory``.

    Raises
    ------
    FileNotFoundError
        When there is no such file; DuckDB itself would say so less clearly.
    """
    from sqlalchemy.engine import URL

    if not database.is_file():
        raise FileNotFoundError(f"there is no warehouse at {database}")
    keep_duckdb_connections_open()
    context = quiet_context()
    url = URL.create("duckdb", database=str(database), query={**_SETTINGS, **(limits or {})})
    datasource = context.data_sources.add_sql(
        "warehouse",
        connection_string=url.render_as_string(hide_password=False),
        # A temporary table would copy the whole fact, and a read-only file allows none.
        create_temp_table=False,
    )
    engine = datasource.get_execution_engine()
    try:
        yield QualityEngine(context=context, datasource=datasource, engine=engine)
    finally:
        connection = getattr(engine, "_connection", None)
        if connection is not None:
            connection.close()
        engine.close()
        datasource.get_engine().dispose()
