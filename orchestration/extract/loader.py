"""Loading of a stream's landing files into ``raw``, with quarantine and ledger.

Each file is one transaction: whatever kills a run, the warehouse holds whole files only, and the
next run goes on with the first file that is not in the ledger.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from orchestration.extract import duplicates, ledger, replaced, stewardship
from orchestration.extract.checks import is_deletion, quoted_list
from orchestration.extract.csv_reader import stage_csv
from orchestration.extract.excel_reader import stage_excel
from orchestration.extract.file_problems import CHANGED, GONE, UNREACHABLE, problems_of
from orchestration.extract.fixed_width_reader import stage_fixed_width
from orchestration.extract.formats import with_known_format
from orchestration.extract.json_reader import stage_json
from orchestration.extract.ledger import FileLoad, LandedFile
from orchestration.extract.parquet_reader import stage_parquet
from orchestration.extract.raw_table import (
    deleted_table,
    in_any_order,
    prepare_raw_table,
    raw_table,
)
from orchestration.extract.shapes import StreamContract
from orchestration.extract.staging import NUMBERED, Arrival, StagedFile, spool_dir
from orchestration.extract.text_files import (
    FileProblemError,
    readable_text,
    sha256_of,
    unpacked,
)

TEXT_STAGES = {"csv": stage_csv, "jsonl": stage_json, "fixed_width": stage_fixed_width}


@dataclass(frozen=True, kw_only=True)
class StreamLoad:
    """What became of a stream's files in one run.

    Attributes
    ----------
    files
        Every file that was found, in the order of their names.
    rows_in, rows_loaded, rows_quarantined, rows_duplicate
        Sums over the files loaded in this run; the first is the sum of the other three.
    failed_files
        Names of files of which nothing could be kept.
    messages
        What a steward should know, one sentence a file; holds no data of customers.
    seconds
        Wall time.
    """

    files: tuple[FileLoad, ...]
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    failed_files: tuple[str, ...]
    messages: tuple[str, ...]
    seconds: float


def load_stream(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landing_dir: Path,
    *,
    received_at: dt.datetime,
) -> StreamLoad:
    """Load every new or changed file of a stream.

    Parameters
    ----------
    connection
        The warehouse, with no transaction open.
    landing_dir
        Landing folder of the stream's source.
    received_at
        When the files count as received; naive UTC, or with a zone.

    Returns
    -------
    StreamLoad
        A file that cannot be loaded is reported in it and harms no other.

    Raises
    ------
    ContractError
        When the contract no longer fits the raw table.
    LedgerError
        When rows are unaccounted for; that would be a mistake in the loader.
    """
    started = time.perf_counter()
    arrival = Arrival(received_at=_naive_utc(received_at))
    ledger.prepare(connection)
    connection.execute(replaced.CREATE_TABLE)
    messages = prepare_raw_table(connection, contract)
    paths = landed_paths(contract, landing_dir)
    if not paths:
        messages.append(
            f"no file matches {' or '.join(contract.patterns)} in the landing folder of "
            f"{contract.source_name}; {contract.table_name} gains no rows: put an export there, or "
            "correct `files` in the contract"
        )
    files = tuple(_load_file(connection, contract, landing_dir, path, arrival) for path in paths)
    messages += stewardship.settle(connection, contract)
    messages += [f"{file.file_name}: {file.message}" for file in files if file.message]
    return StreamLoad(
        files=files,
        rows_in=sum(file.rows_in for file in files),
        rows_loaded=sum(file.rows_loaded for file in files),
        rows_quarantined=sum(file.rows_quarantined for file in files),
        rows_duplicate=sum(file.rows_duplicate for file in files),
        failed_files=tuple(file.file_name for file in files if file.status == "failed"),
        messages=tuple(messages),
        seconds=time.perf_counter() - started,
    )


def landed_paths(contract: StreamContract, landing_dir: Path) -> list[Path]:
    """Return the files of a stream in the order of their names, each once.

    A file whose name begins with a dot is still being written, by whatever copies it.
    """
    found = {path for pattern in contract.patterns for path in landing_dir.glob(pattern)}
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _load_file(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landing_dir: Path,
    path: Path,
    arrival: Arrival,
) -> FileLoad:
    file_name = path.relative_to(landing_dir).as_posix()
    try:
        landed = LandedFile(
            source_name=contract.source_name,
            stream=contract.name,
            file_name=file_name,
            file_bytes=path.stat().st_size,
            file_sha256=sha256_of(path),
        )
    except UNREACHABLE as error:
        # Without its content there is nothing that the ledger could tell it by.
        message = GONE.format(type(error).__name__)
        return FileLoad(file_name=file_name, status="failed", message=message)
    latest = ledger.latest_load(connection, landed)
    if latest is not None and latest[1] == landed.file_sha256:
        return FileLoad(file_name=file_name, status="unchanged")
    if latest is not None:
        undone = latest[0] if ledger.is_loaded(connection, landed) else ""
        landed = replace(landed, is_correction=True, after_load_id=undone)
    try:
        with staged_file(connection, contract, path, arrival) as staged:
            return _keep_whole(connection, contract, landed, staged, arrival, path)
    except FileProblemError as error:
        load = FileLoad(file_name=file_name, status="failed", message=str(error))
        ledger.record(connection, landed, load, arrival.received_at)
        return load


@contextmanager
def staged_file(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, path: Path, arrival: Arrival
) -> Iterator[StagedFile]:
    """Stage the rows of one landing file for the time of the block, in which they can be queried.

    Raises
    ------
    FileProblemError
        When the file cannot be read, also while it is queried.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-", dir=spool_dir(connection)) as spool:
        known = with_known_format(contract, path)
        with problems_of(path, known.format):
            plain = unpacked(path, Path(spool))
            with problems_of(plain, known.format):
                yield _stage(connection, known, plain, arrival, Path(spool))


def _keep_whole(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landed: LandedFile,
    staged: StagedFile,
    arrival: Arrival,
    path: Path,
) -> FileLoad:
    """Keep the staged rows and the file's line in the ledger, or nothing at all."""
    connection.begin()
    try:
        try:
            load = _keep(connection, contract, landed, staged, arrival)
        except ledger.LedgerError:
            # Rows that stay in the file are read again, and of one that grew they do not add up.
            _check_unchanged(path, landed)
            raise
        _check_unchanged(path, landed)
        ledger.record(connection, landed, load, arrival.received_at)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return load


def _check_unchanged(path: Path, landed: LandedFile) -> None:
    if path.stat().st_size != landed.file_bytes:
        raise FileProblemError(CHANGED)


def _stage(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    path: Path,
    arrival: Arrival,
    spool: Path,
) -> StagedFile:
    """Read a file into temporary tables and views."""
    if contract.format == "parquet":
        return stage_parquet(connection, contract, path, arrival)
    if contract.format == "xlsx":
        return stage_excel(connection, contract, path, arrival, spool)
    text = readable_text(path, encoding=contract.encoding, quote=contract.quote, spool=spool)
    return TEXT_STAGES[contract.format](connection, contract, text, arrival)


def _keep(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landed: LandedFile,
    staged: StagedFile,
    arrival: Arrival,
) -> FileLoad:
    """Move the staged rows to where they belong and return the counts, which add up."""
    stewardship.retract(connection, contract)
    quarantined = withdrawn = duplicate = 0
    if landed.is_correction and contract.key:
        withdrawn = replaced.withdraw_corrected(connection, contract, landed, arrival.received_at)
    only = "_faults is null"
    if duplicates.find_duplicates(connection, contract, landed):
        quarantined = ledger.quarantine_conflicts(
            connection, contract, landed, arrival.received_at, duplicates.VERDICTS
        )
        duplicate = _count(
            connection,
            f"select count(*) from {duplicates.VERDICTS} "
            "where kept_in is null and verdict in ('duplicate', 'stale')",
        )
        moved = replaced.move_losers(connection, contract, landed, arrival.received_at)
        withdrawn += 0 if contract.key else moved
        only += f" and _source_line not in (select _source_line from {duplicates.LOSERS})"
    with in_any_order(connection, rows=staged.rows_in):
        loaded = _insert(connection, contract, landed, only)
    # Looking for faults reads the file once more, so it is done when rows are missing.
    if loaded + quarantined + duplicate < staged.rows_in:
        quarantined += ledger.quarantine_faults(connection, contract, landed, arrival.received_at)
    return FileLoad(
        file_name=landed.file_name,
        status="loaded",
        rows_in=staged.rows_in,
        rows_loaded=loaded,
        rows_quarantined=quarantined,
        rows_duplicate=duplicate,
        message=_message(staged, quarantined, withdrawn),
    )


def _insert(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, landed: LandedFile, only: str
) -> int:
    """Insert the staged rows that fulfil ``only``, deletions into a table of their own."""
    columns = quoted_list([*(column.name for column in contract.columns), "_extra"])
    targets = {raw_table(contract): only}
    if contract.deleted is not None:
        targets = {
            raw_table(contract): f"{only} and not {is_deletion(contract)}",
            deleted_table(contract): f"{only} and {is_deletion(contract)}",
        }
    return sum(
        _count(
            connection,
            f"insert into {table} ({columns}, _source_file, _source_line, _load_id) "
            f"select {columns}, $1, _source_line, $2 from {NUMBERED} where {condition}",
            landed.file_name,
            landed.load_id,
        )
        for table, condition in targets.items()
    )


def _message(staged: StagedFile, quarantined: int, withdrawn: int) -> str | None:
    parts = list(staged.warnings)
    if withdrawn:
        parts.append(
            f"the file replaces an earlier version of itself, of which {withdrawn} rows that it "
            "changes or no longer holds were moved to quality.replaced_rows"
        )
    if not staged.rows_in:
        parts.append("the file holds a header and no rows")
    if quarantined:
        parts.append(
            f"{quarantined} of {staged.rows_in} rows went to quality.quarantine, with their reasons"
        )
    return "; ".join(parts) or None


def _count(connection: duckdb.DuckDBPyConnection, statement: str, *parameters: str) -> int:
    row = connection.execute(statement, list(parameters)).fetchone()
    return int(row[0]) if row else 0


def _naive_utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
