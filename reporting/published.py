"""Read access to one published snapshot of the marts.

Pages read, sort and format; they never derive a metric. That is why this module offers plain
selects of named columns and row counts, and nothing that takes an expression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

Row = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Rows read from one table.

    Parameters
    ----------
    table
        Schema-qualified name, for the source line under a chart.
    rows
        The rows read, at most the limit that was asked for.
    total
        How many rows match, shown or not.
    absence
        Why there is nothing to show, in words for the reader; None when there are rows.
    """

    table: str
    rows: tuple[Row, ...]
    total: int
    absence: str | None = None

    def __post_init__(self) -> None:
        if self.total < len(self.rows):
            message = f"total ({self.total}) is below the number of rows read ({len(self.rows)})"
            raise ValueError(message)

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def left_out(self) -> int:
        """Number of matching rows that are not shown."""
        return self.total - len(self.rows)

    def first(self) -> Row | None:
        """Return the first row, or None when there is none."""
        return self.rows[0] if self.rows else None

    def values(self, column: str) -> list[object]:
        """Return the distinct non-null values of a column, in order of appearance."""
        found = dict.fromkeys(row[column] for row in self.rows)
        return [value for value in found if value is not None]


class PublishedMarts:
    """A published DuckDB file, opened read-only for the length of one site build.

    Parameters
    ----------
    path
        The published file, for instance ``published/marts.duckdb``.

    Raises
    ------
    FileNotFoundError
        When there is no file at ``path``.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            message = f"no published database at {path}; a run publishes one when its checks pass"
            raise FileNotFoundError(message)
        # A published file holds the marts in its main schema and is called marts, so that whoever
        # opens it reads marts.mart_x. Attached under that name, it reads so whatever its file name.
        self._connection = duckdb.connect()
        quoted = str(path).replace("'", "''")
        self._connection.execute(f"attach '{quoted}' as marts (read_only)")
        self._connection.execute("use marts")
        rows = self._connection.execute(
            "select if(schema_name = 'main', 'marts', schema_name) || '.' || table_name"
            " from duckdb_tables() where database_name = 'marts'"
        ).fetchall()
        self.tables = frozenset(str(row[0]) for row in rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def select(
        self,
        table: str,
        columns: Sequence[str],
        *,
        order_by: str,
        where: str = "true",
        parameters: Mapping[str, object] | None = None,
        limit: int | None = None,
        first_per: tuple[str, ...] = ("customer_id",),
        most_per: int | None = None,
    ) -> Selection:
        """Read named columns of one table.

        Parameters
        ----------
        table
            Schema-qualified table name. It may be absent: the selection then says so.
        columns
            Columns to read; one that a present table lacks is an error: marts keep contracts.
        order_by
            A total order, so that the same snapshot gives the same page.
        where
            A predicate over columns of the table, with ``$name`` for parameters.
        parameters
            Values of the named parameters in ``where``.
        limit
            Most rows to read; None reads all.
        first_per, most_per
            Read at most ``most_per`` rows, the first of ``order_by``, for each value of the columns
            ``first_per``; None reads all.

        Returns
        -------
        Selection
            Rows, the number that match, and the reason when there are none.
        """
        if table not in self.tables:
            return Selection(table=table, rows=(), total=0, absence=_absent(table))
        names = dict(parameters or {})
        total = self._count(f"select count(*) from {table} where {where}", names)
        if total == 0:
            return Selection(table=table, rows=(), total=0, absence=self._empty(table))
        window = f"row_number() over (partition by {', '.join(first_per)} order by {order_by})"
        per = "" if most_per is None else f" qualify {window} <= {most_per}"
        tail = "" if limit is None else f" limit {limit}"
        cursor = self._connection.execute(
            f"select {', '.join(columns)} from {table} where {where}{per} order by "
            f"{order_by}{tail}",
            names,
        )
        rows = tuple(
            {name: _plain(value) for name, value in zip(columns, values, strict=True)}
            for values in cursor.fetchall()
        )
        return Selection(table=table, rows=rows, total=total)

    def has_column(self, table: str, column: str) -> bool:
        """Tell whether a table of the snapshot has a column that older snapshots lack."""
        if table not in self.tables:
            return False
        found = self._connection.execute(f"describe {table}").fetchall()
        return column in {str(row[0]) for row in found}

    def counts(
        self,
        table: str,
        columns: Sequence[str],
        *,
        where: str = "true",
        parameters: Mapping[str, object] | None = None,
    ) -> Selection:
        """Count rows by the given columns; each row carries ``row_count`` beside them."""
        if table not in self.tables:
            return Selection(table=table, rows=(), total=0, absence=_absent(table))
        keys = ", ".join(columns)
        cursor = self._connection.execute(
            f"select {keys}, count(*) from {table} where {where} group by {keys} order by {keys}",
            dict(parameters or {}),
        )
        names = [*columns, "row_count"]
        rows = tuple(dict(zip(names, values, strict=True)) for values in cursor.fetchall())
        absence = None if rows else self._empty(table)
        return Selection(table=table, rows=rows, total=len(rows), absence=absence)

    def latest(self, table: str, column: str) -> object:
        """Return the greatest value of a column, or None when the table is absent or empty."""
        if table not in self.tables:
            return None
        row = self._connection.execute(f"select max({column}) from {table}").fetchone()
        return row[0] if row else None

    def _count(self, query: str, parameters: Mapping[str, object]) -> int:
        row = self._connection.execute(query, dict(parameters)).fetchone()
        return int(row[0]) if row else 0

    def _empty(self, table: str) -> str:
        if self._count(f"select count(*) from {table}", {}) == 0:
            return (
                f"No data: the table {table} is published but empty, so no connected source "
                "supplies what it needs."
            )
        return f"No data: no row of {table} meets the condition of this section."


def _absent(table: str) -> str:
    return f"No data: the table {table} is not part of this snapshot; no run has built it yet."


def _plain(value: object) -> object:
    """Turn not-a-number into null: both mean that there is no figure."""
    if isinstance(value, float) and isnan(value):
        return None
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return value
