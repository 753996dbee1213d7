"""The only Python that opens the warehouse: short connections, one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
from pandas.api import types as dtypes

from orchestration.settings import Settings


class WarehouseBusyError(RuntimeError):
    """Another run holds the warehouse."""


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """A DuckDB file and the limits under which it is opened."""

    path: Path
    threads: int
    memory_limit: str

    @classmethod
    def of(cls, settings: Settings) -> Warehouse:
        """Return the warehouse that ``settings`` names."""
        return cls(
            path=settings.warehouse_path,
            threads=settings.threads,
            memory_limit=settings.memory_limit,
        )

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse for the length of a ``with`` block."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(
            str(self.path),
            read_only=read_only,
            config={
                "threads": self.threads,
                "memory_limit": self.memory_limit,
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            # Built in, but unknown until it is loaded, since nothing is loaded by itself.
            connection.execute("load icu; set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def read(self, table: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Read a table named ``schema.table``, or some of its columns, in a total order.

        The order makes whatever is computed from the frame the same in every run.
        """
        chosen = ", ".join(f'"{column}"' for column in columns) or "*"
        with self.connect(read_only=True) as connection:
            return connection.sql(f"select {chosen} from {table} order by all").df()

    def write(self, frame: pd.DataFrame, table: str, types: Mapping[str, str] | None = None) -> int:
        """Replace ``schema.table`` by ``frame`` in one transaction and return its rows.

        Parameters
        ----------
        frame
            Rows to write.
        table
            Its name, ``schema.table``.
        types
            SQL type per column, where the frame's own types do not tell: a column without values
            has none.
        """
        schema, name = table.split(".")
        known = types or {}
        columns = ", ".join(
            f'cast("{column}" as {known.get(column) or _duckdb_type(frame[column])}) as "{column}"'
            for column in frame.columns
        )
        with self.connect() as connection:
            connection.register("incoming", frame)
            connection.begin()
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(
                f'create or replace table "{schema}"."{name}" as select {columns} from incoming'
            )
            connection.commit()
        return len(frame)

    def append(self, frame: pd.DataFrame, table: str, *, replacing: Sequence[str]) -> int:
        """Add rows to ``schema.table``, replacing those with the same key columns."""
        if table not in self.row_counts():
            return self.write(frame, table)
        columns = ", ".join(f'"{column}"' for column in frame.columns)
        key = ", ".join(f'"{column}"' for column in replacing)
        with self.connect() as connection:
            connection.register("incoming", frame)
            connection.begin()
            connection.execute(
                f"delete from {table} where ({key}) in (select ({key}) from incoming)"
            )
            connection.execute(f"insert into {table} ({columns}) select {columns} from incoming")
            connection.commit()
        return len(frame)

    def row_counts(self) -> dict[str, int]:
        """Rows of every table, as ``{schema.table: rows}``; empty when there is no warehouse."""
        if not self.path.exists():
            return {}
        with self.connect(read_only=True) as connection:
            rows = connection.execute(
                "select schema_name || '.' || table_name, estimated_size from duckdb_tables()"
            ).fetchall()
        return {str(name): int(count) for name, count in rows}

    def preview(
        self, table: str, *, without: Sequence[str] = (), rows: int = 5
    ) -> list[dict[str, str]]:
        """Return the first rows of ``schema.table`` as text, some columns left out."""
        hidden = ", ".join(f'"{column}"' for column in without)
        columns = f"* exclude ({hidden})" if hidden else "*"
        with self.connect(read_only=True) as connection:
            result = connection.execute(f"select {columns} from {table} limit {rows}")
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, map(str, row), strict=True)) for row in result.fetchall()]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other run out for the length of a ``with`` block.

        Raises
        ------
        WarehouseBusyError
            When another run is writing; it names that run's process.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise WarehouseBusyError(
                    f"another run (process {file.read().strip() or 'unknown'}) is writing "
                    f"{self.path}: wait for it to end, then run again"
                ) from error
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
            # The lock goes with the open file, so a killed run leaves none behind.
            yield


def _duckdb_type(column: pd.Series) -> str:
    if dtypes.is_datetime64_any_dtype(column):
        return "timestamp"
    if dtypes.is_bool_dtype(column):
        return "boolean"
    if dtypes.is_integer_dtype(column):
        return "bigint"
    if dtypes.is_float_dtype(column):
        return "double"
    return "varchar"
