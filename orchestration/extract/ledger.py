"""The load ledger and the quarantine: what became of every row of every file."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import duckdb

from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.staging import NUMBERED, RAW_TEXT_LIMIT, REJECTS

LEDGER = "quality.load_ledger"
QUARANTINE = "quality.quarantine"
# Columns that the quarantine gained for stewards: the row as it was read, so that it can be
# corrected without its file, and what became of it (docs/stewardship.md).
STEWARD_COLUMNS = {
    "row_mark": "varchar",
    "row_values": "json",
    "extra": "json",
    "faults": "json",
    "status": "varchar default 'open'",
    "decision_id": "varchar",
    "decided_by": "varchar",
    "decided_at": "timestamp",
    "open_reason_code": "varchar",
    "open_column_name": "varchar",
    "open_message": "varchar",
}

CREATE_TABLES = (
    "create schema if not exists raw",
    "create schema if not exists quality",
    f"""
    create table if not exists {LEDGER} (
        load_id varchar not null,
        source_name varchar not null,
        stream varchar not null,
        file_name varchar not null,
        file_bytes bigint not null,
        file_sha256 varchar not null,
        rows_in bigint not null,
        rows_loaded bigint not null,
        rows_quarantined bigint not null,
        rows_duplicate bigint not null,
        status varchar not null check (status in ('loaded', 'failed')),
        message varchar,
        received_at timestamp not null
    )
    """,
    f"""
    create table if not exists {QUARANTINE} (
        quarantine_id varchar not null,
        load_id varchar not null,
        source_name varchar not null,
        stream varchar not null,
        file_name varchar not null,
        line_number bigint not null,
        column_name varchar,
        value varchar,
        reason_code varchar not null,
        message varchar not null,
        raw_text varchar,
        received_at timestamp not null
    )
    """,
    *(
        f"alter table {QUARANTINE} add column if not exists {name} {kind}"
        for name, kind in STEWARD_COLUMNS.items()
    ),
)


class LedgerError(RuntimeError):
    """Rows of a file are unaccounted for; nothing of the file was kept."""


@dataclass(frozen=True, kw_only=True)
class LandedFile:
    """One landing file as it was found.

    Attributes
    ----------
    file_name
        Path below the source's landing folder, with forward slashes.
    """

    source_name: str
    stream: str
    file_name: str
    file_bytes: int
    file_sha256: str

    @property
    def load_id(self) -> str:
        """Identity of the load: the same file under the same name has the same in every run."""
        parts = (self.source_name, self.stream, self.file_name, self.file_sha256)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class FileLoad:
    """What became of one file.

    Attributes
    ----------
    status
        ``loaded``, ``failed`` (nothing of it was kept; tried again in the next run) or
        ``unchanged`` (it was loaded before; nothing was done).
    """

    file_name: str
    status: str
    rows_in: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    message: str | None = None

    def __post_init__(self) -> None:
        accounted = self.rows_loaded + self.rows_quarantined + self.rows_duplicate
        if self.rows_in != accounted:
            message = (
                f"{self.file_name}: {self.rows_in} rows in, but {self.rows_loaded} loaded + "
                f"{self.rows_quarantined} quarantined + {self.rows_duplicate} duplicate = "
                f"{accounted}; nothing of the file was kept"
            )
            raise LedgerError(message)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the ledger and the quarantine where they are absent."""
    for statement in CREATE_TABLES:
        connection.execute(statement)


def is_loaded(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> bool:
    """Return whether this very file was loaded before."""
    found = connection.execute(
        f"select 1 from {LEDGER} where load_id = $1 and status = 'loaded'", [file.load_id]
    ).fetchone()
    return found is not None


def record(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    load: FileLoad,
    received_at: dt.datetime,
) -> None:
    """Write a file's line into the ledger, in place of that of an earlier failed try."""
    connection.execute(f"delete from {LEDGER} where load_id = $1", [file.load_id])
    connection.execute(
        f"insert into {LEDGER} values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            file.load_id,
            file.source_name,
            file.stream,
            file.file_name,
            file.file_bytes,
            file.file_sha256,
            load.rows_in,
            load.rows_loaded,
            load.rows_quarantined,
            load.rows_duplicate,
            load.status,
            load.message,
            received_at,
        ],
    )


def quarantine_faults(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
    received_at: dt.datetime,
) -> int:
    """Put staged rows with faults and lines that are no rows into quarantine; return their number.

    A row with several faults is one entry: the first fault, and the others in its message.
    """
    return _quarantine(
        connection,
        file,
        received_at,
        f"""
        select
            _source_line as line_number,
            _faults[1].column_name as column_name,
            _faults[1].value as value,
            _faults[1].reason_code as reason_code,
            array_to_string(list_transform(_faults, lambda fault: fault.message), '; also ')
                as message,
            _raw_text as raw_text,
            {_values_as_read(contract)} as row_values,
            _extra as extra,
            cast(_faults as json) as faults
        from {NUMBERED}
        where _faults is not null
        union all
        select
            line_number,
            null as column_name,
            null as value,
            'malformed_row' as reason_code,
            message,
            left(raw_text, {RAW_TEXT_LIMIT}) as raw_text,
            null as row_values,
            null as extra,
            null as faults
        from {REJECTS}
        """,
    )


def quarantine_conflicts(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
    received_at: dt.datetime,
    conflicts: str,
) -> int:
    """Put rows whose key another row holds already into quarantine; return their number.

    Parameters
    ----------
    conflicts
        Table with ``_source_line``, ``key_text``, ``raw_text`` and ``first_place``.
    """
    key = ", ".join(contract.key)
    return _quarantine(
        connection,
        file,
        received_at,
        f"""
        select
            _source_line as line_number,
            $6 as column_name,
            conflicts.key_text as value,
            'duplicate_key' as reason_code,
            'the key ' || $6 || ' stands already, with other content, in '
                || conflicts.first_place
                || '; that row was kept; correct the key, or remove the row that is wrong'
                as message,
            left(conflicts.raw_text, {RAW_TEXT_LIMIT}) as raw_text,
            {_values_as_read(contract)} as row_values,
            _extra as extra,
            null as faults
        from {conflicts} as conflicts
        inner join {NUMBERED} using (_source_line)
        """,
        key,
    )


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    received_at: dt.datetime,
    select: str,
    *more: str,
) -> int:
    inserted = connection.execute(
        f"""
        insert into {QUARANTINE} by name
        with bad_rows as (
            {select}
        )

        select
            md5($1 || ':' || line_number || ':' || reason_code) as quarantine_id,
            -- The same when another version of the file holds the same row in the same line.
            md5(
                concat_ws(chr(31), $2, $3, $4, line_number, reason_code, coalesce(raw_text, ''))
            ) as row_mark,
            'open' as status,
            $1 as load_id,
            $2 as source_name,
            $3 as stream,
            $4 as file_name,
            line_number,
            column_name,
            value,
            reason_code,
            message,
            raw_text,
            row_values,
            extra,
            faults,
            $5 as received_at
        from bad_rows
        order by line_number
        """,
        [file.load_id, file.source_name, file.stream, file.file_name, received_at, *more],
    ).fetchone()
    return int(inserted[0]) if inserted else 0


def _values_as_read(contract: StreamContract) -> str:
    """Return the expression of a row's typed values as a JSON object of texts."""
    entries = ", ".join(
        f"{literal(column.name)}, cast({identifier(column.name)} as varchar)"
        for column in contract.columns
    )
    return f"json_object({entries})"
