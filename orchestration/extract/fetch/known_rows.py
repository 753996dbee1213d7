"""Rows that have landed before, told from new ones by their content, set against set."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.extract.sql_text import identifier, literals

KNOWN = "known_rows"


class KnownRows:
    """How often each row stands in the files landed before.

    A fetch looks back a little, so it meets rows again. A row is dropped as often as it is known
    and not once more: a like row that was added since is new.

    Parameters
    ----------
    files
        Parquet files to compare with. A column that a file lacks counts as null there; one that
        the table has no longer does not count.
    columns
        Columns of the rows to come.
    """

    def __init__(self, files: Sequence[Path], columns: Sequence[str]) -> None:
        self._files = list(files)
        self._columns = tuple(columns)
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> KnownRows:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
            shutil.rmtree(self._spill, ignore_errors=True)

    @property
    def _spill(self) -> Path:
        """Beside the files, where there is room for a part of them."""
        return self._files[0].parent / ".spill"

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Count the known rows, once the first row arrives that may be one of them."""
        if self._connection is None:
            self._connection = duckdb.connect(
                config={
                    "threads": 1,
                    "memory_limit": "512MB",
                    "temp_directory": str(self._spill),
                    "preserve_insertion_order": False,
                }
            )
            self._connection.execute("load icu; set TimeZone = 'UTC'")
            self._connection.execute(f"create table {KNOWN} as {self._known(self._connection)}")
        return self._connection

    def new(self, batch: pa.Table) -> pa.Table:
        """Return the rows of ``batch`` that have not landed; its order is kept."""
        if not self._files or not batch.num_rows:
            return batch
        connection = self._open()
        numbered = batch.append_column(
            "throughline_position", pa.array(range(batch.num_rows), pa.int64())
        )
        connection.register("batch", numbered)
        connection.execute(f"""
            create or replace temp table met as
            with contents as (
                select
                    throughline_position,
                    {self._content(self._columns)} as throughline_content
                from batch
            )

            select
                throughline_position,
                throughline_content,
                row_number() over (
                    partition by throughline_content order by throughline_position
                ) as copy
            from contents
        """)
        fresh = connection.execute(f"""
            select met.throughline_position
            from met
            left join {KNOWN} as known on met.throughline_content = known.throughline_content
            where met.copy > coalesce(known.copies, 0)
            order by met.throughline_position
        """).to_arrow_table()
        connection.execute(f"""
            update {KNOWN} as known
            set copies = known.copies - counted.copies
            from (
                select throughline_content, count(*) as copies from met group by throughline_content
            ) as counted
            where known.throughline_content = counted.throughline_content
        """)
        connection.unregister("batch")
        return batch.take(fresh.column("throughline_position"))

    def _known(self, connection: duckdb.DuckDBPyConnection) -> str:
        files = literals([str(file) for file in self._files])
        scan = f"read_parquet([{files}], union_by_name = true)"
        found = connection.execute(f"select * from {scan} limit 0").description
        there = {name for name, *_ in found or []}
        columns = [name if name in there else None for name in self._columns]
        return (
            f"select {self._content(columns)} as throughline_content, count(*) as copies "
            f"from {scan} group by throughline_content"
        )

    def _content(self, columns: Sequence[str | None]) -> str:
        """Return the digest of a row; each value as text, since a type may have been widened."""
        texts = [
            "null" if name is None else f"cast({identifier(name)} as varchar)" for name in columns
        ]
        return f"md5(cast(json_array({', '.join(texts)}) as varchar))"
