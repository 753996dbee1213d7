"""What arrived in landing and what was kept back, read for the report; aggregated in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

# Numbers and dates out of range are what they are; any other rejected value may be someone's name
# in the wrong column, so it is cut out of the message.
_SPEAKABLE_REASONS = ("out_of_range", "in_future")
_FAILED_FILES_SHOWN = 50

_STREAMS_SQL = """
    select
        source_name,
        stream,
        count(distinct file_name) as file_count,
        count(*) filter (where status = 'failed') as failed_file_count,
        coalesce(sum(rows_in), 0)::bigint as rows_in,
        coalesce(sum(rows_loaded), 0)::bigint as rows_loaded,
        coalesce(sum(rows_quarantined), 0)::bigint as rows_quarantined,
        coalesce(sum(rows_duplicate), 0)::bigint as rows_duplicate
    from (
        select
            *,
            row_number() over (
                partition by source_name, stream, file_name
                order by (status = 'loaded') desc, received_at desc, load_id desc
            ) as attempt
        from quality.load_ledger
    ) as attempts
    where attempt = 1
    group by source_name, stream
    order by source_name, stream
"""

_FAILED_FILES_SQL = f"""
    select source_name, stream, file_name, message, received_at
    from (
        select
            *,
            row_number() over (
                partition by source_name, stream, file_name
                order by received_at desc, load_id desc
            ) as attempt
        from quality.load_ledger
    ) as attempts
    where attempt = 1 and status = 'failed'
    order by source_name, stream, file_name
    limit {_FAILED_FILES_SHOWN}
"""

_REASONS_SQL = """
    with open_entries as (
        select * from quality.quarantine where {is_open}
    ),

    ranked as (
        select
            source_name,
            stream,
            reason_code,
            column_name,
            count(*) over kinds as row_count,
            date_diff('day', min(received_at) over kinds, $moment) as oldest_days,
            date_diff('day', max(received_at) over kinds, $moment) as newest_days,
            file_name,
            line_number,
            case
                when value is null or value = '' or reason_code in (select unnest($speakable))
                    then message
                else replace(message, value, '…')
            end as message,
            row_number() over (kinds order by file_name, line_number, quarantine_id) as example
        from open_entries
        window kinds as (partition by source_name, stream, reason_code, column_name)
    )

    select
        source_name, stream, reason_code, column_name, row_count, oldest_days, newest_days,
        file_name, line_number, message
    from ranked
    where example = 1
    order by row_count desc, source_name, stream, reason_code, column_name
"""

_SETTLED_SQL = """
    select status, count(*) as row_count
    from quality.quarantine
    where status <> 'open'
    group by status
    order by status
"""

_HELD_SQL = """
    select source_name, stream, file_name, row_count, rule, why
    from quality.held_batches
    where as_of_date = $as_of
    order by source_name, stream, file_name
"""

# What files hold beside their contract, with the day on which it was seen first; and what the
# loader says of columns that files lack.
_DRIFT_SQL = f"""
    with unknown as (
        select
            table_name,
            category as column_name,
            max(figure) filter (where as_of_date = $as_of) as row_count,
            min(as_of_date) as since
        from quality.table_profiles
        where measure = 'unexpected_column' and as_of_date <= $as_of
        group by table_name, category
        having count(*) filter (where as_of_date = $as_of) > 0
    ),

    attempts as (
        select
            *,
            row_number() over (
                partition by source_name, stream, file_name order by received_at desc, load_id desc
            ) as attempt
        from quality.load_ledger
    ),

    lacking as (
        select
            'raw.' || source_name || '__' || stream as table_name,
            regexp_extract(message, '(the optional column[^;]*|the header lacks[^;]*)', 1) as what,
            file_name,
            received_at
        from attempts
        where attempt = 1 and regexp_matches(message, 'the optional column|the header lacks')
    )

    select table_name, 'new' as kind, column_name as what, since, cast(row_count as bigint) as found
    from unknown
    union all
    select
        table_name, 'missing', what, cast(min(received_at) as date), count(distinct file_name)
    from lacking
    group by table_name, what
    order by table_name, kind, what
    limit {_FAILED_FILES_SHOWN}
"""


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Ledger and quarantine as the report needs them.

    Attributes
    ----------
    streams : pandas.DataFrame
        One row per source and stream: ``source_name``, ``stream``, ``file_count``,
        ``failed_file_count``, ``rows_in``, ``rows_loaded``, ``rows_quarantined``,
        ``rows_duplicate`` (counts). A file that came several times counts once, by the attempt
        that was loaded or else by its latest.
    failed_files : pandas.DataFrame
        One row per file whose latest attempt was refused: ``source_name``, ``stream``,
        ``file_name``, ``message``, ``received_at``; at most fifty.
    reasons : pandas.DataFrame
        One row per source, stream, reason and column of entries that are still open:
        ``row_count``, age in days of the oldest and newest (``oldest_days``, ``newest_days``), and
        one example (``file_name``, ``line_number``, ``message``); the raw line is never read.
    settled : pandas.DataFrame
        Entries that stewards dealt with: ``status``, ``row_count``.
    held : pandas.DataFrame
        Files set aside in the run: ``source_name``, ``stream``, ``file_name``, ``row_count``,
        ``rule``, ``why``.
    drift : pandas.DataFrame
        ``table_name``, ``kind`` (``new`` or ``missing``), ``what``, ``since``, and ``found``, the
        rows that hold a new column or the files that lack one.
    """

    streams: pd.DataFrame
    failed_files: pd.DataFrame
    reasons: pd.DataFrame
    settled: pd.DataFrame
    held: pd.DataFrame
    drift: pd.DataFrame


_EMPTY = {
    "streams": "source_name stream file_count failed_file_count rows_in rows_loaded "
    "rows_quarantined rows_duplicate",
    "failed_files": "source_name stream file_name message received_at",
    "reasons": "source_name stream reason_code column_name row_count oldest_days newest_days "
    "file_name line_number message",
    "settled": "status row_count",
    "held": "source_name stream file_name row_count rule why",
    "drift": "table_name kind what since found",
}


def read_arrivals(database: Path, *, as_of: date, moment: datetime) -> Arrivals:
    """Read ledger and quarantine from a warehouse, opened read-only.

    Parameters
    ----------
    database : Path
        The warehouse.
    as_of : date
        Day of the run, for what was set aside and for new columns.
    moment : datetime
        When the run's files were received, UTC without zone; ages are counted up to it.

    Returns
    -------
    Arrivals
        Frames without rows for a warehouse that nothing was loaded into.

    Raises
    ------
    FileNotFoundError
        When there is no warehouse.
    """
    if not database.is_file():
        raise FileNotFoundError(f"there is no warehouse at {database}")
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = _tables(connection)
        frames = {name: pd.DataFrame(columns=columns.split()) for name, columns in _EMPTY.items()}
        if "load_ledger" in tables:
            frames["streams"] = connection.execute(_STREAMS_SQL).df()
            frames["failed_files"] = connection.execute(_FAILED_FILES_SQL).df()
        if "quarantine" in tables:
            # Stewards' decisions add the status; before the first of them every entry is open.
            has_status = "status" in tables["quarantine"]
            sql = _REASONS_SQL.format(is_open="status = 'open'" if has_status else "true")
            frames["reasons"] = connection.execute(
                sql, {"speakable": list(_SPEAKABLE_REASONS), "moment": moment}
            ).df()
            if has_status:
                frames["settled"] = connection.execute(_SETTLED_SQL).df()
        if "held_batches" in tables:
            frames["held"] = connection.execute(_HELD_SQL, {"as_of": as_of}).df()
        if {"table_profiles", "load_ledger"} <= set(tables):
            frames["drift"] = connection.execute(_DRIFT_SQL, {"as_of": as_of}).df()
    return Arrivals(**frames)


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Tables of the schema ``quality`` with their columns."""
    found = connection.execute(
        "select table_name, list(column_name) from information_schema.columns "
        "where table_schema = 'quality' group by table_name"
    ).fetchall()
    return {str(name): list(columns) for name, columns in found}
