"""Rows that left the raw table, or never entered it, because another row of their key came.

Nothing is thrown away: their content stands in ``quality.replaced_rows``, with what took their
place.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from orchestration.extract.checks import quoted_list
from orchestration.extract.duplicates import VERDICTS, key_text
from orchestration.extract.ledger import LandedFile
from orchestration.extract.raw_table import kept_tables, raw_table
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.staging import NUMBERED

REPLACED = "quality.replaced_rows"
WITHDRAWN = "throughline_withdrawn"

CREATE_TABLE = f"""
    create table if not exists {REPLACED} (
        source_name varchar not null,
        stream varchar not null,
        key_text varchar not null,
        row_content json not null,
        file_name varchar not null,
        line_number bigint not null,
        load_id varchar not null,
        reason varchar not null check (reason in ('replaced', 'deleted', 'stale')),
        by_file_name varchar not null,
        by_line_number bigint,
        by_load_id varchar not null,
        replaced_at timestamp not null
    )
"""


def move_losers(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
    received_at: dt.datetime,
) -> int:
    """Keep the content of stale rows, and move kept rows that lost against one of this file.

    Returns
    -------
    int
        Kept rows that were moved.
    """
    moved = 0
    _insert(
        connection,
        contract,
        file,
        received_at,
        f"""
        select {_row(contract, "numbered")}, $3 as file_name, verdicts._source_line as line_number,
            $4 as load_id, 'stale' as reason, verdicts.key_text,
            coalesce(verdicts.by_file, $3) as by_file, verdicts.by_line
        from {VERDICTS} as verdicts
        inner join {NUMBERED} as numbered on verdicts._source_line = numbered._source_line
        where verdicts.kept_in is null and verdicts.verdict = 'stale'
        """,
    )
    for table in kept_tables(contract):
        lost = f"select row_id from {VERDICTS} where kept_in = {literal(table)}"
        moved += _insert(
            connection,
            contract,
            file,
            received_at,
            f"""
            select {_row(contract, "kept")}, kept._source_file as file_name,
                kept._source_line as line_number, kept._load_id as load_id,
                verdicts.verdict as reason, verdicts.key_text, $3 as by_file, verdicts.by_line
            from {table} as kept
            inner join {VERDICTS} as verdicts on kept.rowid = verdicts.row_id
            where verdicts.kept_in = {literal(table)}
            """,
        )
        connection.execute(f"delete from {table} where rowid in ({lost})")
    return moved


def withdraw_corrected(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
    received_at: dt.datetime,
) -> int:
    """Move the rows that the earlier version of a file held and this one changed or no longer has.

    Where rows have versions, these decide, and only a row of the same version with other content
    makes room for its correction.

    Returns
    -------
    int
        Rows moved.
    """
    key = quoted_list(contract.key)
    content = quoted_list([column.name for column in contract.columns])
    same = quoted_list(dict.fromkeys((*contract.key, *contract.version)))
    goes = "content not in (select content from fresh)"
    if contract.version:
        goes += " and same in (select same from fresh)"
    connection.execute(
        f"""
        create or replace temp table {WITHDRAWN} as
        with fresh as (
            select hash({key}) as key_hash, hash({same}) as same, hash({content}) as content,
                _source_line
            from {NUMBERED}
            where _faults is null
        ),

        known as (
            select rowid as row_id, hash({key}) as key_hash, hash({same}) as same,
                hash({content}) as content
            from {raw_table(contract)}
            where _source_file = $1
        ),

        successors as (
            select key_hash, min(_source_line) as by_line from fresh group by key_hash
        )

        select known.row_id, successors.by_line
        from known
        left join successors on known.key_hash = successors.key_hash
        where {goes}
        """,
        [file.file_name],
    )
    moved = _insert(
        connection,
        contract,
        file,
        received_at,
        f"""
        select {_row(contract, "kept")}, kept._source_file as file_name,
            kept._source_line as line_number, kept._load_id as load_id,
            case when withdrawn.by_line is null then 'deleted' else 'replaced' end as reason,
            {key_text(contract)} as key_text, $3 as by_file, withdrawn.by_line
        from {raw_table(contract)} as kept
        inner join {WITHDRAWN} as withdrawn on kept.rowid = withdrawn.row_id
        """,
    )
    connection.execute(
        f"delete from {raw_table(contract)} where rowid in (select row_id from {WITHDRAWN})"
    )
    return moved


def _insert(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
    received_at: dt.datetime,
    select: str,
) -> int:
    inserted = connection.execute(
        f"""
        insert into {REPLACED}
        with losers as (
            {select}
        )

        select $1, $2, key_text, row_content, file_name, line_number, load_id, reason, by_file,
            by_line, $4, $5
        from losers
        order by file_name, line_number
        """,
        [contract.source_name, contract.name, file.file_name, file.load_id, received_at],
    ).fetchone()
    return int(inserted[0]) if inserted else 0


def _row(contract: StreamContract, table: str) -> str:
    """Return the expression of a row's content, what the contract does not know included."""
    pairs = ", ".join(
        f"{literal(name)}, {table}.{identifier(name)}"
        for name in (*(column.name for column in contract.columns), "_extra")
    )
    return f"json_object({pairs}) as row_content"
