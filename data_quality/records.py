"""The records of every run: files by as-of day, and the tables of ``quality`` read from them.

The files are what counts. A rebuilt warehouse gets its history back from them, a run for a day that
was run before takes that day's place, and a column that a later version adds is null in older
lines. The tables are made anew from the files at each step, so the two cannot disagree.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from data_quality.storage import write_text_atomically

# Columns of each table of records; the first three are those of every line.
LINE = {"as_of_date": "date", "run_id": "varchar", "comparable": "varchar"}
RECORDS: Mapping[str, Mapping[str, str]] = {
    "table_profiles": {
        **LINE,
        "table_name": "varchar",
        "measure": "varchar",
        "column_name": "varchar",
        "category": "varchar",
        "figure": "double",
    },
    "table_measures": {
        **LINE,
        "table_name": "varchar",
        "rule": "varchar",
        "column_name": "varchar",
        "value": "double",
        "usual": "double",
        "lower_bound": "double",
        "upper_bound": "double",
        "run_count": "bigint",
        "verdict": "varchar",
    },
    "expectation_results": {
        **LINE,
        "suite_name": "varchar",
        "table_name": "varchar",
        "rule": "varchar",
        "expectation": "varchar",
        "column_name": "varchar",
        "severity": "varchar",
        "status": "varchar",
        "success": "boolean",
        "statement": "varchar",
        "observed": "varchar",
        "observed_value": "double",
        "element_count": "bigint",
        "unexpected_count": "bigint",
        "unexpected_share": "double",
        "sample": "varchar",
        "error": "varchar",
        "why": "varchar",
        "owner": "varchar",
        "table_row_count": "bigint",
        "waived_by": "varchar",
        "waived_until": "date",
        "waived_why": "varchar",
        "validated_at": "timestamp",
    },
    "held_batches": {
        **LINE,
        "source_name": "varchar",
        "stream": "varchar",
        "file_name": "varchar",
        "row_count": "bigint",
        "rule": "varchar",
        "why": "varchar",
        "held_at": "timestamp",
    },
    "mart_lineage": {
        **LINE,
        "mart_name": "varchar",
        "owner": "varchar",
        "upstream_table": "varchar",
    },
}


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """What every record of a run carries.

    Parameters
    ----------
    run_id : str
        The run.
    as_of : date
        Last day that counts; the history holds one run a day, the latest.
    comparable : str
        Runs with the same text are compared with each other: the sources that were switched on.
    """

    run_id: str
    as_of: date
    comparable: str


def records_folder(quality_dir: Path) -> Path:
    """Folder of the records, one folder a day in it."""
    return quality_dir / "history" / "days"


def begin_day(quality_dir: Path, line: RunLine) -> Path:
    """Make the folder of a run's day, emptied when another run had it.

    Returns
    -------
    Path
        The folder.
    """
    folder = records_folder(quality_dir) / line.as_of.isoformat()
    note = folder / "run.json"
    if note.exists() and json.loads(note.read_text(encoding="utf-8"))["run_id"] != line.run_id:
        shutil.rmtree(folder)
    if not note.exists():
        document = {"run_id": line.run_id, "comparable": line.comparable}
        write_text_atomically(note, json.dumps(document, sort_keys=True) + "\n")
    return folder


def line_of_day(quality_dir: Path, as_of: date) -> RunLine | None:
    """Return what the records of a day carry, or None where no run has begun it."""
    note = records_folder(quality_dir) / as_of.isoformat() / "run.json"
    if not note.exists():
        return None
    begun = json.loads(note.read_text(encoding="utf-8"))
    return RunLine(run_id=begun["run_id"], as_of=as_of, comparable=begun["comparable"])


def write_records(
    connection: duckdb.DuckDBPyConnection,
    quality_dir: Path,
    table: str,
    frame: pd.DataFrame,
    *,
    line: RunLine,
    step: str,
) -> None:
    """Keep a step's records of one table; the same step of the same day takes their place.

    Parameters
    ----------
    connection
        Any open connection; the warehouse's tables are not touched, see `load_records`.
    table
        A key of `RECORDS`.
    frame
        Its columns without those of `LINE`; those that are absent are null.
    step
        Which step of the run writes, for instance the schema that was checked.

    Raises
    ------
    KeyError
        When the frame holds a column that the table lacks.
    """
    folder = begin_day(quality_dir, line)
    columns = RECORDS[table]
    unknown = sorted(set(frame.columns) - set(columns))
    if unknown:
        raise KeyError(f"quality.{table} has no column {', '.join(unknown)}")
    values = {
        "as_of_date": f"date '{line.as_of.isoformat()}'",
        "run_id": f"'{_quoted(line.run_id)}'",
        "comparable": f"'{_quoted(line.comparable)}'",
    }
    selected = ", ".join(
        f'cast({values.get(name) or _column(name, frame)} as {kind}) as "{name}"'
        for name, kind in columns.items()
    )
    target = folder / f"{table}.{step}.parquet"
    draft = target.with_suffix(".draft")
    connection.register("incoming_records", frame)
    try:
        connection.execute(
            f"copy (select {selected} from incoming_records) to '{_quoted(str(draft))}' "
            "(format parquet, compression zstd)"
        )
    finally:
        connection.unregister("incoming_records")
    draft.replace(target)


def load_records(connection: duckdb.DuckDBPyConnection, quality_dir: Path) -> None:
    """Bring the tables of ``quality`` in line with the files.

    Only days that the tables lack, or hold from another run, and the newest day written are read,
    so that the cost of a run does not grow with the history.
    """
    connection.begin()
    try:
        connection.execute("create schema if not exists quality")
        _prepare_tables(connection)
        _load_days(connection, records_folder(quality_dir))
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def prepare_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of records where they are absent or of an earlier shape."""
    connection.execute("create schema if not exists quality")
    _prepare_tables(connection)


def _prepare_tables(connection: duckdb.DuckDBPyConnection) -> None:
    present = dict(
        connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'quality' group by all"
        ).fetchall()
    )
    if any(present.get(table) != list(columns) for table, columns in RECORDS.items()):
        connection.execute("drop table if exists quality.recorded_days")
        for table, columns in RECORDS.items():
            types = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create or replace table quality.{table} ({types})")
    connection.execute(
        "create table if not exists quality.recorded_days (as_of_date date, run_id varchar, "
        "stamp varchar)"
    )


def _load_days(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    recorded = {
        day: (run_id, stamp)
        for day, run_id, stamp in connection.execute(
            "select as_of_date, run_id, stamp from quality.recorded_days"
        ).fetchall()
    }
    kept = {
        date.fromisoformat(note.parent.name): (_run_of(note), _stamp(note.parent))
        for note in folder.glob("*/run.json")
    }
    changed = sorted(day for day, state in kept.items() if recorded.get(day) != state)
    stale = [*changed, *(day for day in recorded if day not in kept)]
    if not stale:
        return
    for table, columns in {**RECORDS, "recorded_days": {}}.items():
        connection.execute(
            f"delete from quality.{table} where as_of_date in (select unnest($1::date[]))", [stale]
        )
        files = [
            str(path)
            for day in changed
            for path in sorted((folder / day.isoformat()).glob(f"{table}.*.parquet"))
        ]
        if files:
            _insert(connection, table, columns, files)
    for day in changed:
        connection.execute(
            "insert into quality.recorded_days values ($1, $2, $3)", [day, *kept[day]]
        )


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    files: Sequence[str],
) -> None:
    listed = ", ".join(f"'{_quoted(file)}'" for file in files)
    relation = f"read_parquet([{listed}], union_by_name = true)"
    described = connection.execute(f"describe select * from {relation}").fetchall()
    present = {row[0] for row in described}
    names = ", ".join(f'"{name}"' for name in columns if name in present)
    connection.execute(
        f"insert into quality.{table} ({names}) select {names} from {relation} order by all"
    )


def _run_of(note: Path) -> str:
    return str(json.loads(note.read_text(encoding="utf-8"))["run_id"])


def _stamp(folder: Path) -> str:
    """Names, sizes and times of a day's files in one text, to see whether any was written anew."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        stat = path.stat()
        digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _column(name: str, frame: pd.DataFrame) -> str:
    return f'"{name}"' if name in frame.columns else "null"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
