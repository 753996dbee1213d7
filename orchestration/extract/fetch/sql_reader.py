"""A table of a database, read in chunks that each land as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from dlt.common.libs.pyarrow import PyToArrowConversionException
from dlt.sources.sql_database.arrow_helpers import row_tuples_to_arrow
from dlt.sources.sql_database.helpers import TableLoader

from orchestration.extract.fetch.known_rows import KnownRows
from orchestration.extract.fetch.landing import ParquetChunk, StreamLanding
from orchestration.extract.fetch.plans import Cursor, SqlPlan
from orchestration.extract.fetch.positions import (
    as_type_of,
    decode,
    encode,
    looked_back,
    precedes,
    type_of,
)
from orchestration.extract.fetch.sql_selection import SelectedColumn, Selection, select_columns

# Rows that are held at a time; a file is written in that many at once.
BATCH_ROWS = 20_000


class BatchLoader(TableLoader):
    """dlt's loader of tables with our query, and with text where a value has no other form."""

    def __init__(self, engine: sa.Engine, selection: Selection, query: Any, rows: int) -> None:
        super().__init__(engine, "pyarrow", selection.relation, selection.hints, chunk_size=rows)
        self._query = query
        self.landed_as_text: set[str] = set()

    def make_query(self) -> Any:
        """Return the query; dlt's own knows no chunks to go on from."""
        return self._query

    def _convert_result(
        self,
        result: Any,
        backend_kwargs: dict[str, Any],  # noqa: ARG002  # dlt hands it over
    ) -> Iterator[pa.Table]:
        columns = {name: self.columns[name] for name in result.keys()}  # noqa: SIM118  # no mapping
        for partition in result.partitions(size=self.chunk_size):
            yield self._arrow([tuple(row) for row in partition], columns)

    def _arrow(self, rows: list[tuple[Any, ...]], columns: dict[str, Any]) -> pa.Table:
        for name in self.landed_as_text:
            rows = _with_text(rows, list(columns).index(name))
        while True:
            try:
                return row_tuples_to_arrow(rows, columns=columns, tz="UTC")
            except PyToArrowConversionException as error:
                name = str(error.field_name)
                if name not in columns or name in self.landed_as_text:
                    raise
                # A number that is none (NaN), say: the contract judges it as text, row by row.
                self.landed_as_text.add(name)
                columns[name] = {"name": name, "data_type": "text", "nullable": True}
                rows = _with_text(rows, list(columns).index(name))


@dataclass(kw_only=True)
class TableReader:
    """One fetch of a table, from where its state says."""

    plan: SqlPlan
    engine: sa.Engine
    landing: StreamLanding
    messages: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Land every row from where the last fetch ended."""
        selection = select_columns(self.engine, self.plan)
        try:
            self._read(selection)
        except sa.exc.DataError:
            # Dates before the year 1 or after 9999, and infinity, have no form in Python.
            textual = selection.with_times_as_text(but=self.plan.target.cursor)
            self._read(textual)
            self.messages.append(
                "holds dates or times that no calendar type can (before the year 1, after 9999, "
                "or infinite): these columns landed as text, and the contract judges each row"
            )

    def _read(self, selection: Selection) -> None:
        if self.plan.target.cursor is not None:
            self._read_by_cursor(selection, selection.cursor(self.plan.target.cursor))
        elif selection.key and self.plan.target.has_key:
            self._read_by_key(selection)
        else:
            self._read_at_once(selection)

    def _read_by_cursor(self, selection: Selection, cursor: SelectedColumn) -> None:
        """Read in the order of the cursor; the position is the last value of each whole file."""
        landing = self.landing
        begin = self._begin(cursor)
        if landing.state.cursor is not None and begin is not None:
            landing.save(landing.state.without_files_before(begin))
        query = sa.select(*(column.selected for column in selection.columns))
        keys = [column.ordering for column in selection.key]
        ordered = query.where(cursor.own.is_not(None)).order_by(cursor.ordering, *keys)
        if begin is not None:
            ordered = ordered.where(cursor.ordering >= sa.literal(begin, cursor.ordering.type))
        with self._known(selection, with_cursor=True) as known:
            self._land(selection, ordered, known, cursor=cursor.name)
        # What was read again and is known has not landed, but it has been passed.
        highest = landing.state.highest_recent
        if not isinstance(highest, str):
            landing.save(landing.state.advanced(highest))
        without = query.where(cursor.own.is_(None)).order_by(*keys)
        with self._known(selection, with_cursor=False) as known:
            self._land(selection, without, known, remember=True)

    def _begin(self, cursor: SelectedColumn) -> Cursor | None:
        target = self.plan.target
        state = self.landing.state
        if state.cursor is not None:
            return looked_back(state.cursor, target.overlap)
        begin = state.begin or target.initial
        return _as_column(begin, cursor) if begin is not None else None

    def _read_by_key(self, selection: Selection) -> None:
        """Read the whole in the order of its primary key, behind what a killed fetch has landed."""
        own = [column.ordering for column in selection.key]
        query = sa.select(*(column.selected for column in selection.columns)).order_by(*own)
        unfinished = self.landing.state.unfinished or {}
        if unfinished.get("after"):
            after = [decode(value) for value in unfinished["after"]]
            query = query.where(sa.tuple_(*own) > sa.tuple_(*map(sa.literal, after)))
        names = [column.name for column in selection.key]
        with KnownRows((), ()) as nothing:
            self._land(selection, query, nothing, key=names)

    def _read_at_once(self, selection: Selection) -> None:
        """Read a whole that has no order into one file, so that it lands whole or not at all.

        Rows that the loader could not tell apart by a key are compared with all that has landed.
        """
        query = sa.select(*(column.selected for column in selection.columns))
        files = [] if self.plan.target.has_key else self.landing.known_files()
        with KnownRows(files, [column.name for column in selection.columns]) as known:
            self._land(selection, query, known, whole=True)

    def _stamped(self, batch: pa.Table) -> pa.Table:
        """Return the batch with the time of this fetch, where the plan asks for it."""
        if self.plan.target.stamp is None:
            return batch
        moment = pa.scalar(self.landing.stamp, pa.timestamp("us", "UTC"))
        return batch.append_column(self.plan.target.stamp, pa.repeat(moment, batch.num_rows))

    def _known(self, selection: Selection, *, with_cursor: bool) -> KnownRows:
        """Return the landed rows that may come again; those without cursor value lie apart."""
        entries = [
            entry for entry in self.landing.state.recent if (entry.last is not None) == with_cursor
        ]
        files = self.landing.known_files(entries)
        return KnownRows(files, [column.name for column in selection.columns])

    def _land(
        self,
        selection: Selection,
        query: Any,
        known: KnownRows,
        *,
        cursor: str | None = None,
        key: Sequence[str] = (),
        whole: bool = False,
        remember: bool = False,
    ) -> None:
        """Write the rows of a query into files of ``chunk_rows`` and put each in place."""
        limit = self.plan.target.chunk_rows
        loader = BatchLoader(self.engine, selection, query, min(BATCH_ROWS, limit))
        before = self.landing.state.highest_recent
        file = _OpenFile(landing=self.landing, cursor=cursor, key=key, remember=remember)
        try:
            for batch in loader.load_rows():
                fresh = batch
                if cursor is None or _may_be_known(batch, cursor, before):
                    fresh = known.new(batch)
                file.add(self._stamped(fresh))
                if file.rows >= limit and not whole:
                    file.put()
            file.put()
        finally:
            file.drop()
        if loader.landed_as_text:
            self.messages.append(
                f"some values of {', '.join(sorted(loader.landed_as_text))} have no form but text "
                "(NaN, say): they landed as text, and the contract judges each row"
            )


@dataclass(kw_only=True)
class _OpenFile:
    """The file that is being written, with the cursor values it spans."""

    landing: StreamLanding
    cursor: str | None
    key: Sequence[str]
    remember: bool
    chunk: ParquetChunk | None = None
    first: Cursor | None = None
    last: Cursor | None = None
    after: list[dict[str, str]] | None = None

    @property
    def rows(self) -> int:
        return self.chunk.rows if self.chunk else 0

    def add(self, batch: pa.Table) -> None:
        if not batch.num_rows:
            return
        if self.chunk is not None and self.chunk.schema != batch.schema:
            self.put()
        if self.chunk is None:
            self.chunk = ParquetChunk(path=self.landing.part_path(".parquet"), schema=batch.schema)
        self.chunk.write(batch)
        if self.cursor is not None:
            values = batch.column(self.cursor)
            self.first = values[0].as_py() if self.first is None else self.first
            self.last = values[-1].as_py()
        if self.key:
            self.after = [encode(batch.column(name)[-1].as_py()) for name in self.key]

    def put(self) -> None:
        if self.chunk is None:
            return
        self.landing.put(
            self.chunk,
            first=self.first,
            last=self.last,
            remember=self.remember or self.cursor is not None,
            unfinished={"after": self.after} if self.after else None,
        )
        self.chunk = self.first = self.last = None

    def drop(self) -> None:
        """Leave a file that did not become whole; the next fetch removes it."""
        if self.chunk is not None:
            self.chunk.close()
            self.chunk.path.unlink(missing_ok=True)
            self.chunk = None


def _may_be_known(batch: pa.Table, cursor: str, before: Cursor | None) -> bool:
    """Return whether a row of the batch can have landed: none behind the position has."""
    if before is None:
        return False
    first = batch.column(cursor)[0].as_py()
    return isinstance(first, str) or not precedes(before, first)


def _as_column(value: Cursor, cursor: SelectedColumn) -> Cursor:
    kind = cursor.own.type
    if isinstance(kind, sa.DateTime):
        moment = as_type_of(value, "timestamp")
        if isinstance(moment, dt.datetime) and kind.timezone and moment.tzinfo is None:
            return moment.replace(tzinfo=dt.UTC)
        return moment
    for family, name in ((sa.Date, "date"), (sa.Integer, "integer"), (sa.Numeric, "decimal")):
        if isinstance(kind, family):
            return as_type_of(value, name)
    return value if type_of(value) == "text" else str(value)


def _with_text(rows: list[tuple[Any, ...]], place: int) -> list[tuple[Any, ...]]:
    return [
        (*row[:place], None if row[place] is None else str(row[place]), *row[place + 1 :])
        for row in rows
    ]
