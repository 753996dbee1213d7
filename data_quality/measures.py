"""Measures of a run: tables are profiled, and compared with their contract and the runs before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from data_quality.baseline import MEASURES_SQL
from data_quality.profiles import Figure, profile_frame, profile_table
from data_quality.records import RunLine, load_records, write_records
from data_quality.tables import TableSpec

QUARANTINE_USUAL = 0.05
QUARANTINE_TOLERABLE = 0.5
ROWS_OF_A_SHARE = 20
LATE_USUAL = 0.05
# A row is late when earlier files already held events of a week and more after it.
LATE_DAYS = 7

_LEDGER_SQL = """
    with attempts as (
        select
            *,
            row_number() over (
                partition by source_name, stream, file_name
                order by (status = 'loaded') desc, received_at desc, load_id desc
            ) as attempt
        from quality.load_ledger
        where source_name = $source_name and stream = $stream
    ),

    loaded as (
        select * from attempts where attempt = 1 and status = 'loaded'
    )

    select
        date_diff('second', max(received_at), $arrival) / 86400.0 as file_age_days,
        sum(rows_quarantined) filter (where received_at = newest) as quarantined,
        sum(rows_in) filter (where received_at = newest) as received,
        max(rows_quarantined / rows_in) filter (where rows_in >= $enough) as worst_share
    from loaded cross join (select max(received_at) as newest from loaded) as latest
"""

_LATE_SQL = """
    with loads as (
        select load_id, received_at = max(received_at) over () as is_newest
        from quality.load_ledger
        where source_name = $source_name and stream = $stream and status = 'loaded'
    ),

    events as (
        select cast({time_column} as date) as event_day, loads.is_newest
        from {table} as rows
        inner join loads on rows._load_id = loads.load_id
    ),

    earlier as (
        select max(event_day) as last_day
        from events
        where not is_newest and event_day <= $as_of
    )

    select
        count(*) as received,
        count(*) filter (where events.event_day < earlier.last_day - $late_days) as late
    from events
    cross join earlier
    where events.is_newest and earlier.last_day is not null
"""


def measure_tables(
    connection: duckdb.DuckDBPyConnection,
    quality_dir: Path,
    specs: Sequence[TableSpec],
    *,
    line: RunLine,
    arrival: datetime,
    step: str,
) -> pd.DataFrame:
    """Profile tables, keep the profiles, and compare them with the runs before.

    Parameters
    ----------
    connection
        The warehouse, open for writing.
    quality_dir
        The quality folder, where the records lie.
    specs
        The tables of this step; those that are missing are left out.
    line
        The run.
    arrival
        When the run's files were received, UTC without zone.
    step
        Which step of the run this is.

    Returns
    -------
    pandas.DataFrame
        One row per table, rule and column: ``value``, the ``usual`` one, the bounds, the number of
        runs in the baseline, and ``verdict``: ``within``, ``outside`` or ``no history``.
    """
    figures: list[Figure] = []
    limits: list[tuple[str, str, str, float, float]] = []
    for spec in specs:
        profile = profile_table(connection, spec, line.as_of)
        figures += profile
        if profile and spec.stream is not None:
            limits += _contract_limits(connection, spec, profile, arrival)
            limits += _late_rows(connection, spec, line.as_of)
    write_records(
        connection, quality_dir, "table_profiles", profile_frame(figures), line=line, step=step
    )
    load_records(connection, quality_dir)
    measures = _compare(connection, specs, limits, line)
    write_records(connection, quality_dir, "table_measures", measures, line=line, step=step)
    return measures


def _contract_limits(
    connection: duckdb.DuckDBPyConnection,
    spec: TableSpec,
    profile: Sequence[Figure],
    arrival: datetime,
) -> list[tuple[str, str, str, float, float]]:
    """Measure what a contract bounds: ages, required columns, unknown columns, quarantine."""
    stream = spec.stream
    if stream is None:
        return []
    limits: list[tuple[str, str, str, float, float]] = []
    for figure in profile:
        if figure.measure == "event_age_days" and stream.freshness_days is not None:
            limits.append(
                (spec.table, "newest_event_is_fresh", "", figure.figure, stream.freshness_days)
            )
        if figure.measure == "null_share" and figure.column_name in stream.required_columns:
            limits.append((spec.table, "required_is_filled", figure.column_name, figure.figure, 0))
        if figure.measure == "unexpected_column":
            limits.append((spec.table, "columns_as_agreed", figure.category, figure.figure, 0))
    row = connection.execute(
        _LEDGER_SQL,
        {
            "source_name": stream.source_name,
            "stream": stream.stream,
            "arrival": arrival,
            "enough": ROWS_OF_A_SHARE,
        },
    ).fetchone()
    age, quarantined, received, worst = row or (None, None, None, None)
    if age is not None and stream.freshness_days is not None:
        limits.append((spec.table, "newest_file_is_fresh", "", age, stream.freshness_days))
    if received and received >= ROWS_OF_A_SHARE:
        share = quarantined / received
        limits.append((spec.table, "few_rows_are_quarantined", "", share, QUARANTINE_USUAL))
    if worst is not None:
        limits.append((spec.table, "most_rows_are_accepted", "", worst, QUARANTINE_TOLERABLE))
    return limits


def _late_rows(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, as_of: date
) -> list[tuple[str, str, str, float, float]]:
    """Measure the share of the newest files' rows that earlier files should have brought."""
    stream = spec.stream
    if stream is None or spec.time_column is None or stream.has_versions:
        return []
    row = connection.execute(
        _LATE_SQL.format(table=spec.table, time_column=f'"{spec.time_column}"'),
        {
            "source_name": stream.source_name,
            "stream": stream.stream,
            "as_of": as_of,
            "late_days": LATE_DAYS,
        },
    ).fetchone()
    received, late = row or (0, 0)
    if received < ROWS_OF_A_SHARE:
        return []
    return [(spec.table, "few_rows_are_late", "", late / received, LATE_USUAL)]


def _compare(
    connection: duckdb.DuckDBPyConnection,
    specs: Sequence[TableSpec],
    limits: Sequence[tuple[str, str, str, float, float]],
    line: RunLine,
) -> pd.DataFrame:
    known = pd.DataFrame(
        [(spec.table, spec.window_days, spec.time_column is not None) for spec in specs],
        columns=["table_name", "window_days", "is_windowed"],
    ).astype({"table_name": "string", "window_days": "int64", "is_windowed": "bool"})
    bounded = pd.DataFrame(
        limits, columns=["table_name", "rule", "column_name", "value", "upper_bound"]
    ).astype(
        dict.fromkeys(("table_name", "rule", "column_name"), "string")
        | {"value": "float64", "upper_bound": "float64"}
    )
    connection.register("specs", known)
    connection.register("limits", bounded)
    try:
        return connection.execute(
            MEASURES_SQL, {"as_of": line.as_of, "comparable": line.comparable}
        ).df()
    finally:
        connection.unregister("specs")
        connection.unregister("limits")
