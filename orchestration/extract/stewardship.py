"""Stewards' decisions about quarantined rows, carried out on the raw table of a stream.

Before a new file is loaded, rows that stand in raw by a decision are taken out; after the last file
all decisions are carried out anew. So the files alone decide what a new row is compared with, and a
warehouse built from nothing ends in the same state as one that grew day by day.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.checks import quoted_list
from orchestration.extract.corrected_rows import DECISION_PREFIX, OUTCOMES, find_outcomes
from orchestration.extract.decision_states import DECISIONS, prepare
from orchestration.extract.ledger import QUARANTINE
from orchestration.extract.raw_table import raw_table
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import literal

STATUSES = ("open", "fixed", "released", "rejected", "superseded")
OF_STREAM = "source_name = $1 and stream = $2"
SETTLED_COLUMNS = (
    "status", "decision_id", "decided_by", "decided_at", "open_reason_code", "open_column_name",
    "open_message",
)  # fmt: skip


def retract(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    """Take the rows that stand in raw by a decision out of it, until `settle` is called.

    Belongs into the transaction in which a file of the stream is loaded.
    """
    subject = [contract.source_name, contract.name]
    kept = f"{OF_STREAM} and status in ('fixed', 'released')"
    if not _exists(connection, f"{QUARANTINE} where {kept}", subject):
        return
    connection.execute(f"delete from {raw_table(contract)} where {_by_decision()}")
    connection.execute(f"update {QUARANTINE} set status = 'open' where {kept}", subject)


def settle(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> list[str]:
    """Carry out all decisions about the stream's quarantined rows, in one transaction.

    Corrected and released rows are put into raw with their own file and line; ``_load_id`` is
    ``decision:`` and the decision's id. Entries of a file that came in another version since are
    superseded.

    Returns
    -------
    list of str
        What changed, without data of customers; empty when nothing did.
    """
    prepare(connection)
    subject = [contract.source_name, contract.name]
    if not _exists(connection, f"{QUARANTINE} where {OF_STREAM}", subject):
        return []
    find_outcomes(connection, contract, DECISIONS)
    compared = f"{OUTCOMES} as outcomes inner join {QUARANTINE} as quarantine using (quarantine_id)"
    has_changed = _exists(connection, f"{compared} where {_is_distinct()}")
    # Settled rows are written again even so: their contract may have changed.
    if not has_changed and not _exists(
        connection, f"{OUTCOMES} where status in ('fixed', 'released')"
    ):
        return []
    connection.begin()
    try:
        _carry_out(connection, contract)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return _summary(connection) if has_changed else []


def _carry_out(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    columns = quoted_list([column.name for column in contract.columns])
    values = ", ".join(f"value_{position}" for position in range(len(contract.columns)))
    connection.execute(f"delete from {raw_table(contract)} where {_by_decision()}")
    connection.execute(
        f"insert into {raw_table(contract)} "
        f"({columns}, _extra, _source_file, _source_line, _load_id) "
        f"select {values}, extra, file_name, line_number, "
        f"{literal(DECISION_PREFIX)} || decision_id "
        f"from {OUTCOMES} where status in ('fixed', 'released') "
        "order by file_name, line_number, quarantine_id"
    )
    settled = ", ".join(f"{name} = outcomes.{name}" for name in SETTLED_COLUMNS)
    connection.execute(
        f"update {QUARANTINE} as quarantine set {settled} from {OUTCOMES} as outcomes "
        f"where quarantine.quarantine_id = outcomes.quarantine_id and ({_is_distinct()})"
    )


def _summary(connection: duckdb.DuckDBPyConnection) -> list[str]:
    counted = connection.execute(
        f"select coalesce(open_reason_code, status), count(*) from {OUTCOMES} "
        "where decision_id is not null group by all order by all"
    ).fetchall()
    if not counted:
        return []
    settled = [f"{count} {name}" for name, count in counted if name in STATUSES]
    failing = [f"{count} {name}" for name, count in counted if name not in STATUSES]
    message = f"stewards' decisions: {', '.join(settled) or 'none carried out'}"
    if failing:
        message += (
            f"; rows that still break the contract: {', '.join(failing)}; `throughline steward "
            "list` shows them"
        )
    return [message]


def _is_distinct() -> str:
    return " or ".join(
        f"outcomes.{name} is distinct from quarantine.{name}" for name in SETTLED_COLUMNS
    )


def _by_decision() -> str:
    return f"starts_with(_load_id, {literal(DECISION_PREFIX)})"


def _exists(
    connection: duckdb.DuckDBPyConnection, relation: str, parameters: list[str] | None = None
) -> bool:
    found = connection.execute(f"select 1 from {relation} limit 1", parameters or []).fetchone()
    return found is not None
