"""Rows that were seen before: skipped when they say the same, set aside when they do not.

Only rows whose key occurs more than once, in the file or in the raw table, are compared; the others
are told apart by one count over hashes of their keys.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.checks import quoted_list
from orchestration.extract.ledger import LandedFile
from orchestration.extract.raw_table import raw_table
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier
from orchestration.extract.staging import NUMBERED

REPEATED = "throughline_repeated"
VERDICTS = "throughline_verdicts"
CONFLICTS = "throughline_conflicts"


def find_duplicates(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, file: LandedFile
) -> bool:
    """Judge the staged rows without faults; return whether any of them is not to be loaded.

    `VERDICTS` then holds the lines not to be loaded (``_source_line``, ``verdict``: ``duplicate``
    or ``conflict``), `CONFLICTS` what the quarantine needs to know of the latter.
    """
    if contract.key:
        _find_repeated_keys(connection, contract)
        if not _has_rows(connection, REPEATED):
            return False
        _judge_keys(connection, contract)
    else:
        if not _was_loaded(connection, contract, file):
            return False
        _judge_rows_without_key(connection, contract, file)
    return _has_rows(connection, VERDICTS)


def _find_repeated_keys(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    key = quoted_list(contract.key)
    connection.execute(f"""
        create or replace temp table {REPEATED} as
        with fresh as (
            select hash({key}) as key_hash from {NUMBERED} where _faults is null
        )

        select key_hash from fresh group by key_hash having count(*) > 1
        union
        select hash({key}) as key_hash
        from {raw_table(contract)}
        where hash({key}) in (select fresh.key_hash from fresh)
    """)


def _judge_keys(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    key = quoted_list(contract.key)
    columns = quoted_list([column.name for column in contract.columns])
    key_text = " || ', ' || ".join(f"cast({identifier(name)} as varchar)" for name in contract.key)
    connection.execute(f"""
        create or replace temp table {VERDICTS} as
        with fresh as (
            select {key}, hash({columns}) as content, null as _source_file, _source_line
            from {NUMBERED}
            where _faults is null and hash({key}) in (select key_hash from {REPEATED})
        ),

        known as (
            select {key}, hash({columns}) as content, _source_file, _source_line
            from {raw_table(contract)}
            where hash({key}) in (select key_hash from {REPEATED})
        ),

        placed as (
            select
                *,
                row_number() over of_key as place,
                first_value(content) over of_key as first_content,
                first_value(_source_file) over of_key as first_file,
                first_value(_source_line) over of_key as first_line,
            from (select * from known union all select * from fresh)
            window of_key as (
                partition by {key} order by _source_file nulls last, _source_line
            )
        )

        select
            _source_line,
            case when content = first_content then 'duplicate' else 'conflict' end as verdict,
            {key_text} as key_text,
            'line ' || first_line || ' of ' || coalesce(first_file, 'this file') as first_place
        from placed
        where _source_file is null and place > 1
    """)
    row = ", ".join(
        f"coalesce(cast(numbered.{identifier(column.name)} as varchar), '')"
        for column in contract.columns
    )
    connection.execute(f"""
        create or replace temp table {CONFLICTS} as
        select
            verdicts._source_line,
            verdicts.key_text,
            verdicts.first_place,
            array_to_string([{row}], ',') as raw_text
        from {VERDICTS} as verdicts
        inner join {NUMBERED} as numbered on verdicts._source_line = numbered._source_line
        where verdicts.verdict = 'conflict'
    """)


def _judge_rows_without_key(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, file: LandedFile
) -> None:
    """Compare a file with its earlier version: the n-th of like rows is the n-th known one."""
    columns = quoted_list([column.name for column in contract.columns])
    connection.execute(
        f"""
        create or replace temp table {VERDICTS} as
        with known as (
            select hash({columns}) as content, count(*) as copies
            from {raw_table(contract)}
            where _source_file = $1
            group by content
        ),

        fresh as (
            select
                _source_line,
                hash({columns}) as content,
                row_number() over (partition by hash({columns}) order by _source_line) as copy
            from {NUMBERED}
            where _faults is null
        )

        select fresh._source_line, 'duplicate' as verdict
        from fresh
        inner join known on fresh.content = known.content
        where fresh.copy <= known.copies
        """,
        [file.file_name],
    )


def _was_loaded(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, file: LandedFile
) -> bool:
    found = connection.execute(
        f"select 1 from {raw_table(contract)} where _source_file = $1 limit 1", [file.file_name]
    ).fetchone()
    return found is not None


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f"select 1 from {table} limit 1").fetchone() is not None
