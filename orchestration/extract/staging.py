"""What every reader hands to the loader: the rows of one file, checked and typed, not yet kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.extract.checks import Check, Field, column_checks, faults, is_deletion
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.values import raw_type, typed

# Temporary tables and views of one file's load.
ROWS = "throughline_rows"
KEPT = "throughline_kept"
REJECTS = "throughline_rejects"
NUMBERED = "throughline_numbered"
RAW_TEXT_LIMIT = 100_000
# From this size on a file's rows are kept as Parquet.
LARGE_BYTES = 1 << 29


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """When a file counts as arrived; times later than a day after it are in the future."""

    received_at: dt.datetime

    @property
    def latest(self) -> dt.datetime:
        """Latest time, in UTC, that is not in the future."""
        return self.received_at + dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class StagedFile:
    """The rows of one file.

    They stand in the view `NUMBERED` (contract columns, ``_extra``, ``_faults``, ``_raw_text``,
    ``_source_line``) and, for lines that are no rows at all, in the table `REJECTS`
    (``line_number``, ``raw_text``, ``message``).

    Attributes
    ----------
    rows_in
        Rows that the file holds, counted before any of them is sorted out.
    warnings
        What a steward should know though the file is loaded.
    """

    rows_in: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceColumns:
    """Where a reader finds each contract column.

    Attributes
    ----------
    sources
        ``{contract column: (expression, engine type)}``.
    row_checks
        Checks on the row as a whole.
    raw_text
        Expression of the row as text.
    extra
        Expression of what the contract does not know, as JSON, or ``null``.
    """

    sources: Mapping[str, tuple[str, str]]
    raw_text: str
    row_checks: Sequence[Check] = field(default=())
    extra: str = "null"


def checked_select(
    contract: StreamContract,
    columns: SourceColumns,
    relation: str,
    *,
    arrival: Arrival,
    bad_bytes: bool = False,
    others: Sequence[str] = (),
) -> str:
    """Return a select of typed columns, faults and raw text, in one pass over ``relation``.

    Parameters
    ----------
    others
        Further expressions with their names, such as ``breaks as _breaks``.
    """
    fields: list[Field] = []
    typed_columns: list[str] = []
    for position, column in enumerate(contract.columns):
        source, source_type = columns.sources[column.name]
        value = typed(column, source, source_type, contract.timezone)
        name = identifier(f"value_{position}")
        typed_columns.append(f"cast({value} as {raw_type(column)}) as {name}")
        fields.append(Field(column=column, source=source, value=name))
    values = {entry.column.name: entry.value for entry in fields}
    checks = list(columns.row_checks)
    for entry in fields:
        checks += column_checks(
            entry,
            is_key=entry.column.name in contract.key,
            # A deletion often holds nothing but the key of what it deletes.
            may_lack="false" if contract.deleted is None else is_deletion(contract, values),
            latest=arrival.latest,
            bad_bytes=bad_bytes,
        )
    named = ", ".join(f"{entry.value} as {identifier(entry.column.name)}" for entry in fields)
    extras = "".join(f", {expression}" for expression in others)
    return f"""
        with typed as (
            select *, {", ".join(typed_columns)} from {relation}
        ),

        checked as (
            select *, {faults(checks)} as _faults from typed
        )

        select
            {named},
            cast({columns.extra} as json) as _extra,
            _faults,
            case when _faults is not null then left({columns.raw_text}, {RAW_TEXT_LIMIT}) end
                as _raw_text{extras}
        from checked
    """


def keep_rows(
    connection: duckdb.DuckDBPyConnection, select: str, *, file: Path, spool: Path
) -> int:
    """Keep a file's checked rows as the view `ROWS`, in their order; return how many they are.

    Its ``rowid`` is a row's number from 0. The rows of a large file would not fit into the engine's
    memory; as Parquet they need none, where a table that spills went beyond the limit.
    """
    if file.stat().st_size < LARGE_BYTES:
        kept = connection.execute(f"create or replace temp table {KEPT} as {select}").fetchone()
        rows = f"select *, rowid from {KEPT}"
    else:
        copy = literal(str(spool / "rows.parquet"))
        kept = connection.execute(
            f"copy ({select}) to {copy} (format parquet, compression uncompressed)"
        ).fetchone()
        rows = (
            "select * exclude (file_row_number), file_row_number as rowid "
            f"from read_parquet({copy}, file_row_number = true)"
        )
    connection.execute(f"create or replace temp view {ROWS} as {rows}")
    return int(kept[0]) if kept else 0


def spool_dir(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the folder where the engine spills: a copy belongs on the disk that has room."""
    row = connection.execute("select current_setting('temp_directory')").fetchone()
    folder = Path(row[0]) if row and row[0] else None
    if folder is None or folder.name == ".tmp":
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)
