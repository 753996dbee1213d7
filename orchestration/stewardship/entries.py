"""Looking up quarantined rows: by filters, by id, with all that a steward needs to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from orchestration.extract.contracts import ColumnContract, ContractError
from orchestration.extract.ledger import QUARANTINE
from orchestration.extract.shapes import check_one_of
from orchestration.extract.stewardship import STATUSES
from orchestration.stewardship.decisions import DecisionError
from orchestration.stewardship.desk import STATES, Desk, Row

SHORTEST_PREFIX = 6
# Entries as a steward sees them: why they are open now, and whether a decision waits for a run.
ENTRIES = f"""
    select
        quarantine.quarantine_id,
        quarantine.row_mark,
        quarantine.status,
        quarantine.source_name,
        quarantine.stream,
        quarantine.file_name,
        quarantine.line_number,
        coalesce(quarantine.open_reason_code, quarantine.reason_code) as reason_code,
        coalesce(quarantine.open_column_name, quarantine.column_name) as column_name,
        quarantine.value,
        coalesce(quarantine.open_message, quarantine.message) as message,
        quarantine.received_at,
        waiting.kind as waiting,
        quarantine.raw_text
    from {QUARANTINE} as quarantine
    left join (
        select subject, arg_max(kind, (decided_at, decision_id)) as kind
        from {STATES}
        where is_waiting and state = 'in_force' and kind in ('fix', 'release', 'reject')
        group by subject
    ) as waiting on quarantine.quarantine_id = waiting.subject
"""
OLDEST_FIRST = "order by received_at, source_name, stream, file_name, line_number, quarantine_id"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which entries are meant; None is all.

    Attributes
    ----------
    file
        Name below the source's landing folder, or a glob of it.
    """

    source: str | None = None
    stream: str | None = None
    reason: str | None = None
    file: str | None = None
    status: str | None = "open"

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the status is said."""
        return any((self.source, self.stream, self.reason, self.file))


def find_entries(desk: Desk, chosen: Filter, limit: int | None = None) -> list[Row]:
    """Return entries that fit, oldest first.

    Raises
    ------
    DecisionError
        When a filter's word occurs nowhere in the quarantine.
    """
    condition, parameters = _condition(desk, chosen)
    query = f"select * from ({ENTRIES}) where {condition} {OLDEST_FIRST}"
    if limit is not None:
        query += f" limit {limit}"
    return desk.rows(query, parameters)


def count_entries(desk: Desk, chosen: Filter) -> list[Row]:
    """Return the number of entries per source, stream, reason and column, oldest first."""
    condition, parameters = _condition(desk, chosen)
    return desk.rows(
        f"""
        select
            source_name, stream, reason_code, column_name,
            count(*) as row_count,
            count(waiting) as waiting_count,
            min(received_at) as oldest_at
        from ({ENTRIES})
        where {condition}
        group by source_name, stream, reason_code, column_name
        order by oldest_at, source_name, stream, reason_code, column_name
        """,
        parameters,
    )


def entry(desk: Desk, beginning: str) -> Row:
    """Return the entry whose id is, or begins with, ``beginning``.

    Raises
    ------
    DecisionError
        When none does, or several do.
    """
    if len(beginning) < SHORTEST_PREFIX:
        raise DecisionError(
            f"id {beginning!r} is too short: give at least {SHORTEST_PREFIX} of its letters"
        )
    found = desk.rows(
        f"select * from ({ENTRIES}) where starts_with(quarantine_id, $1) "
        "order by quarantine_id limit 2",
        [beginning],
    )
    if not found:
        raise DecisionError(
            f"no row in quarantine has the id {beginning}: `throughline steward list` shows ids; "
            "one whose file was corrected since has another"
        )
    if len(found) > 1:
        raise DecisionError(f"id {beginning} fits several rows: give more of its letters")
    return found[0]


def entry_in_full(desk: Desk, beginning: str) -> dict[str, Any]:
    """Return one entry whole: its text, faults, values, contract and decisions so far."""
    found = entry(desk, beginning)
    (stored,) = desk.rows(
        f"select row_values, faults, extra, decision_id, decided_by, decided_at, load_id "
        f"from {QUARANTINE} where quarantine_id = $1",
        [found["quarantine_id"]],
    )
    decisions = desk.rows(
        f"select decision_id, decided_at, decided_by, kind, why, corrected_values, state, "
        f"is_waiting from {STATES} where subject = $1 order by decided_at, decision_id",
        [found["quarantine_id"]],
    )
    return {**found, **stored, "contract": _column_rules(desk, found), "decisions": decisions}


def _column_rules(desk: Desk, found: Row) -> list[dict[str, Any]]:
    """Return what the contract asks of each column, without what it leaves open."""
    try:
        contract = desk.contract(found["source_name"], found["stream"])
    except (DecisionError, ContractError):
        return []
    plain = asdict(ColumnContract(name="plain", type="string"))
    rules = []
    for column in contract.columns:
        stated = {key: value for key, value in asdict(column).items() if value != plain[key]}
        stated |= {"name": column.name, "type": column.type}
        stated.pop("source_name", None)
        if column.name in contract.key:
            stated["key"] = True
        rules.append(stated)
    return rules


def _condition(desk: Desk, chosen: Filter) -> tuple[str, dict[str, Any]]:
    if chosen.status is not None:
        _one_of("status", chosen.status, STATUSES)
    parts, parameters = ["true"], {}
    for name, column, value in (
        ("source", "source_name", chosen.source),
        ("stream", "stream", chosen.stream),
        ("reason", "reason_code", chosen.reason),
        ("status", "status", chosen.status),
    ):
        if value is None:
            continue
        if name != "status":
            present = desk.rows(f"select distinct {column} as word from ({ENTRIES}) order by 1")
            _one_of(f"--{name}", value, [row["word"] for row in present])
        parts.append(f"{column} = ${name}")
        parameters[name] = value
    if chosen.file is not None:
        parts.append("(file_name = $file or file_name glob $file)")
        parameters["file"] = chosen.file
    return " and ".join(parts), parameters


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    try:
        check_one_of(name, value, allowed)
    except ContractError as error:
        raise DecisionError(f"{error} (of what stands in quarantine)") from error
