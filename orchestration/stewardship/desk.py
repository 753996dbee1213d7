"""The steward's desk: the warehouse as of the last run, with decisions that wait for the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from orchestration.extract.contracts import SourceContract, StreamContract, read_contracts
from orchestration.extract.corrected_rows import OUTCOMES, find_outcomes
from orchestration.extract.decision_states import (
    DECISION_COLUMNS,
    DECISION_STATES,
    DECISIONS,
    decision_states,
)
from orchestration.extract.ledger import LEDGER
from orchestration.extract.sql_text import identifier, literal
from orchestration.settings import STAGING_DIR, STEWARDSHIP, Settings
from orchestration.stewardship.decisions import (
    FOLDER,
    KINDS,
    Decision,
    DecisionError,
    as_arrow,
    write_decisions,
)
from orchestration.warehouse import Warehouse

# All decisions there are: those that the last run loaded and those whose files are newer.
ALL_DECISIONS = "throughline_all_decisions"
STATES = "throughline_states"

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An open, read-only warehouse beside the decision files.

    Attributes
    ----------
    connection
        The warehouse; temporary tables `ALL_DECISIONS` and `STATES` stand in it.
    landing
        Landing folder of the source ``stewardship``.
    moment
        When what is decided here counts as decided, UTC without zone: now, but later than every
        decision there is, so that the order of deciding is the order of the times.
    """

    connection: duckdb.DuckDBPyConnection
    landing: Path
    moment: datetime

    def rows(self, query: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        """Return the rows of a query as dictionaries."""
        result = self.connection.execute(query, parameters or None)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def contract(self, source_name: str, stream: str) -> StreamContract:
        """Return the contract of a stream.

        Raises
        ------
        DecisionError
            When the source's folder is gone.
        """
        for source in _contracts():
            if source.name == source_name:
                return source.stream(stream)
        raise DecisionError(
            f"there is no contract of source {source_name} any more, so nothing can be decided "
            "about its rows: bring its folder in models/staging back"
        )

    def outcomes(self, contract: StreamContract, ids: Sequence[str]) -> dict[str, Row]:
        """Return what all decisions, waiting ones included, make of some rows, by their ids."""
        find_outcomes(self.connection, contract, ALL_DECISIONS)
        found = self.rows(
            f"select quarantine_id, status, decision_id, decided_by, decided_at, open_reason_code, "
            f"open_column_name, open_message from {OUTCOMES} "
            "where quarantine_id in (select unnest($1::varchar[]))",
            [list(ids)],
        )
        return {row["quarantine_id"]: row for row in found}

    def propose(self, decisions: Sequence[Decision]) -> None:
        """Count ``decisions`` among all, to see what they would do; nothing is written."""
        self.connection.register("throughline_proposed", as_arrow(decisions))
        self.connection.execute(
            f"insert into {ALL_DECISIONS} select {_typed_columns()}, true from throughline_proposed"
        )
        self.connection.unregister("throughline_proposed")
        self.refresh_states()

    def decide(self, decisions: Sequence[Decision]) -> Path:
        """Write decisions as one file of landing."""
        return write_decisions(self.landing, decisions)

    def refresh_states(self) -> None:
        """Work out anew which of all decisions count."""
        self.connection.execute(
            f"create or replace temp table {STATES} as "
            f"select states.*, decisions.is_waiting from ({decision_states(ALL_DECISIONS)}) states "
            f"inner join {ALL_DECISIONS} decisions using (decision_id)"
        )


@cache
def _contracts() -> tuple[SourceContract, ...]:
    return read_contracts(STAGING_DIR)


@contextmanager
def open_desk(settings: Settings, now: datetime) -> Iterator[Desk]:
    """Open the warehouse for a steward, read-only.

    Raises
    ------
    DecisionError
        When there is no warehouse, a run is writing it, or nothing was loaded since it can keep
        decisions.
    """
    if not settings.warehouse_path.exists():
        raise DecisionError(
            f"there is no warehouse at {settings.warehouse_path}: `throughline run` makes it"
        )
    try:
        with Warehouse.of(settings).connect(read_only=True) as connection:
            if not _can_decide(connection):
                raise DecisionError(
                    "nothing has been loaded since stewards can decide here: `throughline run` once"
                )
            landing = settings.landing_dir(STEWARDSHIP)
            _gather(connection, landing, now)
            desk = Desk(connection=connection, landing=landing, moment=_after_all(connection, now))
            desk.refresh_states()
            yield desk
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        raise DecisionError(
            "a run is writing the warehouse: wait for it to end, then try again"
        ) from error


def _can_decide(connection: duckdb.DuckDBPyConnection) -> bool:
    schema, name = DECISION_STATES.split(".")
    found = connection.execute(
        "select 1 from duckdb_views() where schema_name = $1 and view_name = $2", [schema, name]
    ).fetchone()
    return found is not None


def _gather(connection: duckdb.DuckDBPyConnection, landing: Path, now: datetime) -> None:
    names = ", ".join(map(identifier, DECISION_COLUMNS))
    connection.execute(
        f"create or replace temp table {ALL_DECISIONS} as "
        f"select {names}, false as is_waiting from {DECISIONS}"
    )
    loaded = connection.execute(
        f"select file_name from {LEDGER} where source_name = $1 and status = 'loaded'",
        [STEWARDSHIP],
    ).fetchall()
    files = sorted(
        str(path)
        for path in landing.glob(f"{FOLDER}/**/*.jsonl")
        if (path.relative_to(landing).as_posix(),) not in set(loaded)
    )
    if not files:
        return
    shape = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in DECISION_COLUMNS)
    # Lines that are no decisions are left to the next run, which quarantines them.
    connection.execute(
        f"""
        insert into {ALL_DECISIONS}
        with lines as (
            select * from read_json(
                $1, format = 'newline_delimited', ignore_errors = true, columns = {{{shape}}}
            )
        ),

        decisions as (
            select {_typed_columns()}, true as is_waiting
            from lines
            where kind in (select unnest($2)) and trim(decided_by) <> '' and trim(why) <> ''
        )

        select * from decisions
        where
            decided_at <= $3
            and decision_id is not null
            and decision_id not in (select decision_id from {DECISIONS})
        qualify row_number() over (partition by decision_id order by decided_at, why) = 1
        """,
        [files, list(KINDS), now + timedelta(days=1)],
    )


def _typed_columns() -> str:
    return ", ".join(
        (
            f"timezone('UTC', try_cast({identifier(name)} as timestamptz)) as {identifier(name)}"
            if kind == "TIMESTAMP"
            else f"try_cast({identifier(name)} as {kind}) as {identifier(name)}"
        )
        for name, kind in DECISION_COLUMNS.items()
    )


def _after_all(connection: duckdb.DuckDBPyConnection, now: datetime) -> datetime:
    row = connection.execute(f"select max(decided_at) from {ALL_DECISIONS}").fetchone()
    latest = row[0] if row else None
    return max(now, latest + timedelta(microseconds=1)) if latest else now
