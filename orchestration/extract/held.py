"""Setting files aside that broke a critical rule, so that a bad day stays in its own stream.

The stream goes back to what it was before: the rows of the file leave ``raw``, and its line in the
ledger says that nothing of it was kept and why. Like any file that was not loaded it is tried again
in every run, so it comes in by itself once it is corrected, the contract fits, or the rule is
waived. Nothing is lost, since the file stays in landing.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.extract.checks import is_deletion, quoted_list
from orchestration.extract.ledger import LEDGER, QUARANTINE
from orchestration.extract.loader import load_stream
from orchestration.extract.raw_table import deleted_table, kept_tables, raw_table
from orchestration.extract.replaced import REPLACED
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.text_files import sha256_of
from orchestration.extract.values import raw_type

PUT_BACK = "throughline_put_back"
REASONS_NAMED = 3


class SetAsideError(RuntimeError):
    """A file that cannot be set aside alone; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class HeldFile:
    """One file that was set aside.

    Attributes
    ----------
    row_count
        Rows of the file, all of which left the stream.
    rule, why
        The rule that it broke and what was observed.
    """

    source_name: str
    stream: str
    file_name: str
    row_count: int
    rule: str
    why: str


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    load_id: str
    file_name: str
    file_sha256: str
    rows_in: int
    received_at: dt.datetime


def files_received(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, received_at: dt.datetime
) -> tuple[str, ...]:
    """Name the files of a stream that were loaded with a run."""
    return tuple(
        file.file_name for file in _loaded(connection, contract) if file.received_at == received_at
    )


def mostly_quarantined(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, *, share: float, enough: int
) -> tuple[str, ...]:
    """Name the loaded files of which more than ``share`` of at least ``enough`` rows were bad."""
    rows = connection.execute(
        f"select distinct file_name from {LEDGER} where source_name = $1 and stream = $2 "
        "and status = 'loaded' and rows_in >= $3 and rows_quarantined > $4 * rows_in order by all",
        [contract.source_name, contract.name, enough, share],
    ).fetchall()
    return tuple(str(name) for (name,) in rows)


def set_aside(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landing_dir: Path,
    reasons: Mapping[str, tuple[str, str]],
) -> tuple[HeldFile, ...]:
    """Take files out of a stream again.

    Parameters
    ----------
    connection
        The warehouse, with no transaction open.
    landing_dir
        Landing folder of the stream's source, from which the other files are loaded anew where
        rows of theirs gave way to rows of a file that is set aside.
    reasons
        For each file the rule that it broke and what was observed.

    Returns
    -------
    tuple of HeldFile
        In the order of the files' names; files that are not loaded are left out. Of a file that
        came in several versions, the latest is set aside.

    Raises
    ------
    SetAsideError
        When other files must be loaded anew and landing no longer holds them as they were.
    """
    loaded = _loaded(connection, contract)
    # In the order of arrival, so that the latest version of a file stands last.
    latest = {file.file_name: file for file in sorted(loaded, key=lambda file: file.received_at)}
    bad = [file for name, file in sorted(latest.items()) if name in reasons]
    if not bad:
        return ()
    others = [file for file in loaded if file not in bad]
    held = tuple(
        HeldFile(
            source_name=contract.source_name,
            stream=contract.name,
            file_name=file.file_name,
            row_count=file.rows_in,
            rule=reasons[file.file_name][0],
            why=_why(connection, file, reasons[file.file_name][1]),
        )
        for file in bad
    )
    entangled = _is_entangled(connection, contract, bad)
    if entangled:
        _check_landing(contract, landing_dir, others)
    connection.begin()
    try:
        if entangled:
            _forget_stream(connection, contract, [file.load_id for file in bad])
        else:
            _take_back(connection, contract, bad)
        _mark_as_held(connection, bad, held)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    if entangled:
        _load_again(connection, contract, landing_dir, others)
    return held


def _loaded(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> tuple[_Loaded, ...]:
    rows = connection.execute(
        f"select load_id, file_name, file_sha256, rows_in, received_at from {LEDGER} "
        "where source_name = $1 and stream = $2 and status = 'loaded' "
        "order by file_name, received_at, load_id",
        [contract.source_name, contract.name],
    ).fetchall()
    return tuple(
        _Loaded(
            load_id=load_id,
            file_name=name,
            file_sha256=sha256,
            rows_in=rows_in,
            received_at=received_at,
        )
        for load_id, name, sha256, rows_in, received_at in rows
    )


def _why(connection: duckdb.DuckDBPyConnection, file: _Loaded, observed: str) -> str:
    """Say what was observed, with the most frequent faults of the file's rows."""
    faults = connection.execute(
        "select reason_code, coalesce(column_name, ''), count(*) as row_count "
        f"from {QUARANTINE} where load_id = $1 group by all order by 3 desc, 1, 2 "
        f"limit {REASONS_NAMED}",
        [file.load_id],
    ).fetchall()
    if not faults:
        return observed
    named = ", ".join(
        f"{count:,} {code.replace('_', ' ')}{f' in {column}' if column else ''}"
        for code, column, count in faults
    )
    return f"{observed}; of its {file.rows_in:,} rows: {named}"


def _is_entangled(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, bad: Sequence[_Loaded]
) -> bool:
    """Whether rows of another file may have given way to rows of a bad one.

    That may be so where a file that came with it or later had rows that count as repeats, conflict
    with a row that was there, or came too late.
    """
    found = connection.execute(
        f"""
        select 1
        from {LEDGER} as ledger
        where ledger.source_name = $1
          and ledger.stream = $2
          and ledger.status = 'loaded'
          and ledger.load_id not in (select unnest($3::varchar[]))
          and ledger.received_at >= $4
          and (
            ledger.rows_duplicate > 0
            or ledger.load_id in (
                select load_id from {QUARANTINE} where reason_code = 'duplicate_key'
            )
            or ledger.load_id in (select by_load_id from {REPLACED})
          )
        limit 1
        """,
        [
            contract.source_name,
            contract.name,
            [file.load_id for file in bad],
            min(file.received_at for file in bad),
        ],
    ).fetchone()
    return found is not None


def _take_back(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, bad: Sequence[_Loaded]
) -> None:
    """Remove the rows of bad files, and put back those that they replaced or deleted."""
    loads = [file.load_id for file in bad]
    listed = "select unnest($1::varchar[])"
    for table in kept_tables(contract):
        # Rows of such a file that a steward corrected or released go with it.
        connection.execute(
            f"delete from {table} where _load_id in ({listed}) or (starts_with(_load_id, "
            "'decision:') and _source_file in (select unnest($2::varchar[])))",
            [loads, [file.file_name for file in bad]],
        )
    columns = [column.name for column in contract.columns]
    types = {column.name: raw_type(column) for column in contract.columns} | {"_extra": "JSON"}
    values = ", ".join(
        f"{_from_content(name, kind)} as {identifier(name)}" for name, kind in types.items()
    )
    names = quoted_list([*columns, "_extra", "_source_file", "_source_line", "_load_id"])
    connection.execute(
        f"""
        create or replace temp table {PUT_BACK} as
        select {values}, file_name as _source_file, line_number as _source_line,
            load_id as _load_id
        from {REPLACED}
        where source_name = $2
          and stream = $3
          and reason <> 'stale'
          and by_load_id in ({listed})
          and load_id not in ({listed})
        """,
        [loads, contract.source_name, contract.name],
    )
    targets = {raw_table(contract): "true"}
    if contract.deleted is not None:
        condition = is_deletion(contract)
        targets = {raw_table(contract): f"not {condition}", deleted_table(contract): condition}
    for table, condition in targets.items():
        connection.execute(
            f"insert into {table} ({names}) select {names} from {PUT_BACK} where {condition}"
        )
    connection.execute(f"drop table {PUT_BACK}")
    connection.execute(f"delete from {REPLACED} where by_load_id in ({listed})", [loads])


def _from_content(name: str, kind: str) -> str:
    path = literal(f'$."{name}"')
    if kind == "JSON":
        # A JSON null is how the content says that there was no value.
        return f"nullif(json_extract(row_content, {path}), 'null'::json)"
    return f"cast(json_extract_string(row_content, {path}) as {kind})"


def _check_landing(contract: StreamContract, landing_dir: Path, files: Sequence[_Loaded]) -> None:
    gone = [
        file.file_name
        for file in files
        if not (path := landing_dir / file.file_name).is_file()
        or sha256_of(path) != file.file_sha256
    ]
    if gone:
        raise SetAsideError(
            f"{contract.table_name}: a file cannot be set aside alone: other files had rows that "
            "repeat or replace its rows and must be loaded anew without it, and "
            f"landing no longer holds {', '.join(gone[:REASONS_NAMED])} as loaded: put it back, "
            "or waive the rule"
        )


def _forget_stream(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, spared: Sequence[str]
) -> None:
    """Empty a stream, but for the lines of these loads in the ledger."""
    subject = [contract.source_name, contract.name]
    for table in kept_tables(contract):
        connection.execute(f"delete from {table}")
    for table in (QUARANTINE, REPLACED):
        connection.execute(f"delete from {table} where source_name = $1 and stream = $2", subject)
    connection.execute(
        f"delete from {LEDGER} where source_name = $1 and stream = $2 and status = 'loaded' "
        "and load_id not in (select unnest($3::varchar[]))",
        [*subject, list(spared)],
    )


def _mark_as_held(
    connection: duckdb.DuckDBPyConnection, bad: Sequence[_Loaded], held: Sequence[HeldFile]
) -> None:
    for file, reason in zip(bad, held, strict=True):
        connection.execute(f"delete from {QUARANTINE} where load_id = $1", [file.load_id])
        connection.execute(
            f"update {LEDGER} set status = 'failed', rows_in = 0, rows_loaded = 0, "
            "rows_quarantined = 0, rows_duplicate = 0, message = $2 where load_id = $1",
            [
                file.load_id,
                f"set aside, since it broke the rule {reason.rule}: {reason.why}; it is tried "
                "again in every run: have the file or the contract corrected, or waive the rule",
            ],
        )


def _load_again(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landing_dir: Path,
    files: Sequence[_Loaded],
) -> None:
    """Load the other files in the order in which they came, each as received when it was."""
    for received_at in sorted({file.received_at for file in files}):
        with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
            for file in files:
                if file.received_at != received_at:
                    continue
                link = Path(folder) / file.file_name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to((landing_dir / file.file_name).resolve())
            load_stream(connection, contract, Path(folder), received_at=received_at)
