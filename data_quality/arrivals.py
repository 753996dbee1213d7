"""What arrived in landing and what was kept back, read for the report; aggregated in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
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
    with ranked as (
        select
            source_name,
            stream,
            reason_code,
            column_name,
            count(*) over kinds as row_count,
            file_name,
            line_number,
            case
                when value is null or value = '' or reason_code in (select unnest($speakable))
                    then message
                else replace(message, value, '…')
            end as message,
            row_number() over (kinds order by file_name, line_number, quarantine_id) as example
        from quality.quarantine
        window kinds as (partition by source_name, stream, reason_code, column_name)
    )

    select
        source_name, stream, reason_code, column_name, row_count, file_name, line_number, message
    from ranked
    where example = 1
    order by row_count desc, source_name, stream, reason_code, column_name
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
        One row per source, stream, reason and column: ``row_count`` and one example
        (``file_name``, ``line_number``, ``message``); the raw line is never read.
    """

    streams: pd.DataFrame
    failed_files: pd.DataFrame
    reasons: pd.DataFrame


_EMPTY = {
    "streams": "source_name stream file_count failed_file_count rows_in rows_loaded "
    "rows_quarantined rows_duplicate",
    "failed_files": "source_name stream file_name message received_at",
    "reasons": "source_name stream reason_code column_name row_count file_name line_number message",
}


def read_arrivals(database: Path) -> Arrivals:
    """Read ledger and quarantine from a warehouse, opened read-only.

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
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'quality'"
            ).fetchall()
        }
        frames = {name: pd.DataFrame(columns=columns.split()) for name, columns in _EMPTY.items()}
        if "load_ledger" in tables:
            frames["streams"] = connection.execute(_STREAMS_SQL).df()
            frames["failed_files"] = connection.execute(_FAILED_FILES_SQL).df()
        if "quarantine" in tables:
            frames["reasons"] = connection.execute(
                _REASONS_SQL, {"speakable": list(_SPEAKABLE_REASONS)}
            ).df()
    return Arrivals(**frames)
