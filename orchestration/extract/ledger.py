"""The load ledger and the quarantine: what became of every row of every file."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import duckdb

from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier
from orchestration.extract.staging import NUMBERED, RAW_TEXT_LIMIT, REJECTS

LEDGER = "quality.load_ledger"
QUARANTINE = "quality.quarantine"

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
    is_correction
        Whether other content was loaded under this name before.
    after_load_id
        Load that this one undoes by bringing back what was loaded before it; else empty.
    """

    source_name: str
    stream: str
    file_name: str
    file_bytes: int
    file_sha256: str
    is_correction: bool = False
    after_load_id: str = ""

    @property
    def load_id(self) -> str:
        """Identity of the load: the same file under the same name has the same in every run."""
        parts = [self.source_name, self.stream, self.file_name, self.file_sha256]
        if self.after_load_id:
            parts.append(self.after_load_id)
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


def latest_load(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> tuple[str, str] | None:
    """Return load id and SHA-256 of what was last loaded under a file's name, or None."""
    found = connection.execute(
        f"select load_id, file_sha256 from {LEDGER} where source_name = $1 and stream = $2 "
        "and file_name = $3 and status = 'loaded' order by rowid desc limit 1",
        [file.source_name, file.stream, file.file_name],
    ).fetchone()
    return (str(found[0]), str(found[1])) if found else None


def is_loaded(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> bool:
    """Return whether a load of this identity was made before."""
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
    connection: duckdb.DuckDBPyConnection, file: LandedFile, received_at: dt.datetime
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
            _raw_text as raw_text
        from {NUMBERED}
        where _faults is not null
        union all
        select
            line_number,
            null as column_name,
            null as value,
            'malformed_row' as reason_code,
            message,
            left(raw_text, {RAW_TEXT_LIMIT}) as raw_text
        from {REJECTS}
        """,
    )


def quarantine_conflicts(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
    received_at: dt.datetime,
    verdicts: str,
) -> int:
    """Put rows whose key another row holds already into quarantine; return their number.

    Parameters
    ----------
    verdicts
        Table with ``_source_line``, ``verdict``, ``key_text``, ``by_file`` and ``by_line``.
    """
    row = ", ".join(
        f"coalesce(cast(numbered.{identifier(column.name)} as varchar), '')"
        for column in contract.columns
    )
    return _quarantine(
        connection,
        file,
        received_at,
        f"""
        select
            verdicts._source_line as line_number,
            $6 as column_name,
            verdicts.key_text as value,
            'duplicate_key' as reason_code,
            'the key ' || $6 || ' stands already, with other content, in line '
                || verdicts.by_line || ' of ' || coalesce(verdicts.by_file, 'this file')
                || '; that row was kept; correct the key, or remove the row that is wrong'
                as message,
            left(array_to_string([{row}], ','), {RAW_TEXT_LIMIT}) as raw_text
        from {verdicts} as verdicts
        inner join {NUMBERED} as numbered on verdicts._source_line = numbered._source_line
        where verdicts.kept_in is null and verdicts.verdict = 'conflict'
        """,
        ", ".join(contract.key),
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
        insert into {QUARANTINE}
        with bad_rows as (
            {select}
        )

        select
            md5($1 || ':' || line_number || ':' || reason_code) as quarantine_id,
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
            $5 as received_at
        from bad_rows
        order by line_number
        """,
        [file.load_id, file.source_name, file.stream, file.file_name, received_at, *more],
    ).fetchone()
    return int(inserted[0]) if inserted else 0
