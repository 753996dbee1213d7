"""Rows that were seen before: which of those with one key is kept, and what becomes of the others.

Only rows whose key occurs more than once, in the file or among the rows kept earlier, are compared;
the others are told apart by hashes of their keys.

Of the rows of one key the highest version wins. Without a version a deletion wins, and else the row
that came first. What decides between rows of one version is their content, not their arrival, so
that files loaded in any order leave the same rows.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.checks import is_deletion, quoted_list
from orchestration.extract.key_hashes import repeated_hashes
from orchestration.extract.ledger import LandedFile
from orchestration.extract.raw_table import deleted_table, kept_tables, raw_table
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.staging import NUMBERED

REPEATED = "throughline_repeated"
VERDICTS = "throughline_verdicts"
LOSERS = "throughline_losers"


def find_duplicates(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    file: LandedFile,
) -> bool:
    """Judge the staged rows without faults against each other and against those kept earlier.

    `VERDICTS` then holds every row that does not stay or get where it would without the others:
    ``kept_in`` (table that holds it, null for a staged row), ``row_id`` (there), ``_source_line``,
    ``verdict`` (staged: ``duplicate``, ``stale`` or ``conflict``; kept earlier: ``replaced`` or
    ``deleted``), ``key_text``, and the place of the winner (``by_file``, null for the same file,
    ``by_line``). `LOSERS` are the lines of its staged rows.

    Returns
    -------
    bool
        Whether there are any.
    """
    if contract.key:
        _find_repeated_keys(connection, contract)
        if not _has_rows(connection, REPEATED):
            return False
        _judge_keys(connection, contract)
    elif file.is_correction:
        _judge_rows_without_key(connection, contract, file)
    else:
        return False
    connection.execute(
        f"create or replace temp table {LOSERS} as "
        f"select _source_line from {VERDICTS} where kept_in is null"
    )
    return _has_rows(connection, VERDICTS)


def _find_repeated_keys(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    """Make the table `REPEATED` of hashes of keys that stand more than once.

    Rows with faults count among them: they are sorted out where keys are compared, and looking for
    faults here would read every column of a file.
    """
    key_hash = f"hash({quoted_list(contract.key)})"
    found = repeated_hashes(connection, f"select {key_hash} as key_hash from {NUMBERED}")
    connection.register("throughline_hashes", {"key_hash": found})
    connection.execute(
        f"create or replace temp table {REPEATED} as select key_hash from throughline_hashes"
    )
    connection.unregister("throughline_hashes")
    for table in kept_tables(contract):
        if _has_rows(connection, table):
            connection.execute(
                f"insert into {REPEATED} select {key_hash} as key_hash from {table} "
                f"where key_hash in (select {key_hash} from {NUMBERED})"
            )


def _judge_keys(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    key = quoted_list(contract.key)
    connection.execute(f"""
        create or replace temp table {VERDICTS} as
        with rivals as (
            {_rivals(contract)}
        ),

        placed as (
            select
                *,
                row_number() over of_key as place,
                first_value(content) over of_key as first_content,
                first_value(version) over of_key as first_version,
                first_value(is_deletion) over of_key as first_is_deletion,
                first_value(_source_file) over of_key as by_file,
                first_value(_source_line) over of_key as by_line
            from rivals
            window of_key as (partition by {key} order by {_precedence(contract)})
        )

        select
            kept_in,
            row_id,
            _source_line,
            case
                when kept_in is not null
                    then case when first_is_deletion then 'deleted' else 'replaced' end
                when content = first_content then 'duplicate'
                when first_is_deletion or version <> first_version then 'stale'
                else 'conflict'
            end as verdict,
            {key_text(contract)} as key_text,
            by_file,
            by_line
        from placed
        where place > 1
    """)


def _rivals(contract: StreamContract) -> str:
    """Return a select of every row, staged or kept, whose key stands more than once."""
    names = quoted_list(dict.fromkeys((*contract.key, *contract.version)))
    content = quoted_list([column.name for column in contract.columns])
    version = f"hash({quoted_list(contract.version)})" if contract.version else "0"
    alike = f"{names}, hash({content}) as content, {version} as version"
    repeated = f"hash({quoted_list(contract.key)}) in (select key_hash from {REPEATED})"
    staged = f"""
        select {alike}, {is_deletion(contract)} as is_deletion, cast(null as varchar) as kept_in,
            cast(null as bigint) as row_id, cast(null as varchar) as _source_file, _source_line
        from {NUMBERED}
        where _faults is null and {repeated}
    """
    kept = [
        f"""
        select {alike}, {"true" if table == deleted_table(contract) else "false"} as is_deletion,
            {literal(table)} as kept_in, rowid as row_id, _source_file, _source_line
        from {table}
        where {repeated}
        """
        for table in kept_tables(contract)
    ]
    return " union all ".join([staged, *kept])


def _precedence(contract: StreamContract) -> str:
    """Return the order in which rows of one key come before each other."""
    order = [f"{identifier(name)} desc nulls last" for name in contract.version]
    order.append("is_deletion desc")
    if contract.version:
        order.append("content desc")
    return ", ".join([*order, "kept_in nulls last", "_source_line"])


def _judge_rows_without_key(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, file: LandedFile
) -> None:
    """Compare a file with its earlier version: the n-th of like rows is the n-th known one."""
    columns = quoted_list([column.name for column in contract.columns])
    connection.execute(
        f"""
        create or replace temp table {VERDICTS} as
        with known as (
            select
                rowid as row_id,
                _source_line,
                hash({columns}) as content,
                row_number() over (partition by hash({columns}) order by _source_line) as copy
            from {raw_table(contract)}
            where _source_file = $1
        ),

        fresh as (
            select
                _source_line,
                hash({columns}) as content,
                row_number() over (partition by hash({columns}) order by _source_line) as copy
            from {NUMBERED}
            where _faults is null
        )

        select
            case when fresh._source_line is null then $2 end as kept_in,
            known.row_id,
            coalesce(fresh._source_line, known._source_line) as _source_line,
            case when fresh._source_line is null then 'deleted' else 'duplicate' end as verdict,
            '' as key_text,
            cast(null as varchar) as by_file,
            cast(null as bigint) as by_line
        from known
        left join fresh on known.content = fresh.content and known.copy = fresh.copy
        """,
        [file.file_name, raw_table(contract)],
    )


def key_text(contract: StreamContract) -> str:
    """Return the expression of a row's key as one text."""
    return " || ', ' || ".join(f"cast({identifier(name)} as varchar)" for name in contract.key)


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f"select 1 from {table} limit 1").fetchone() is not None
