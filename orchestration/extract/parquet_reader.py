"""Parquet files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.extract.headers import extra_object, match_columns
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.staging import (
    NUMBERED,
    Arrival,
    SourceColumns,
    StagedFile,
    checked_select,
)
from orchestration.extract.text_reader import prepare_rejects


def stage_parquet(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    path: Path,
    arrival: Arrival,
) -> StagedFile:
    """Stage the rows of one Parquet file; its line is the row's number from 1.

    The rows stay in the file: its columns are read again more cheaply than a copy is written.
    """
    types = dict(
        connection.execute(
            "select column_name, column_type from (describe select * from read_parquet($1))",
            [str(path)],
        ).fetchall()
    )
    names = list(types)
    positions, warnings = match_columns(contract, names)
    known = set(positions.values())
    extra = [name for position, name in enumerate(names) if position not in known]
    columns = SourceColumns(
        sources={
            name: _source(contract, None if position is None else names[position], types)
            for name, position in positions.items()
        },
        raw_text=_as_json(names),
        extra=_as_json(extra),
    )
    prepare_rejects(connection)
    select = checked_select(
        contract,
        columns,
        f"read_parquet({literal(str(path))}, file_row_number = true)",
        arrival=arrival,
        others=["file_row_number + 1 as _source_line"],
    )
    connection.execute(f"create or replace temp view {NUMBERED} as {select}")
    rows = connection.execute(
        "select sum(num_rows) from parquet_file_metadata($1)", [str(path)]
    ).fetchone()
    return StagedFile(rows_in=int(rows[0]) if rows else 0, warnings=tuple(warnings))


def _source(contract: StreamContract, name: str | None, types: dict[str, str]) -> tuple[str, str]:
    if name is None:
        return "cast(null as varchar)", "VARCHAR"
    column = identifier(name)
    if types[name] != "VARCHAR":
        return column, types[name]
    nulls = " ".join(f"when {literal(text)} then null" for text in contract.null_values)
    return (f"case {column} {nulls} else {column} end" if nulls else column), "VARCHAR"


def _as_json(names: list[str]) -> str:
    return extra_object([(name, identifier(name)) for name in names])
