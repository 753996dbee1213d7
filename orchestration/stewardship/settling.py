"""Decisions about quarantined rows: fix, release, reject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from orchestration.extract.contracts import ContractError
from orchestration.extract.corrected_rows import RELEASABLE
from orchestration.extract.shapes import check_one_of
from orchestration.settings import STEWARDSHIP
from orchestration.stewardship.decisions import Decision, DecisionError
from orchestration.stewardship.desk import Desk, Row


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who decides and why."""

    by: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Decisions ready to be written.

    Attributes
    ----------
    decisions
        What will be written.
    warnings
        Of fixes after which a row would still break its contract: which, and how.
    """

    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...] = ()


def fix(
    desk: Desk,
    corrections: Sequence[tuple[Row, Mapping[str, str], Signature]],
) -> Proposal:
    """Correct values of rows.

    Parameters
    ----------
    corrections
        Entry, ``{column: text as it should stand in the file}``, and who says so, one per entry.

    Raises
    ------
    DecisionError
        When an entry is settled already, or a column is not in its contract.
    """
    repeated = _first_repeated(found["quarantine_id"] for found, _, _ in corrections)
    if repeated:
        raise DecisionError(f"row {repeated} is corrected twice; keep one line of the two")
    _check_undecided(desk, [found for found, _, _ in corrections])
    for found, values, _ in corrections:
        _check_columns(desk, found, values)
    proposal = tuple(
        _about(desk, found, "fix", signature, values) for found, values, signature in corrections
    )
    failing = _still_open(desk, proposal)
    return Proposal(
        decisions=proposal,
        warnings=tuple(
            f"{_place(row)}: would stay open: {row['open_message']}" for row in failing.values()
        ),
    )


def release(desk: Desk, entries: Sequence[Row], signature: Signature) -> Proposal:
    """Accept rows although they break rules about what a value may be.

    Raises
    ------
    DecisionError
        When an entry is settled already, or breaks a rule that no steward can waive; nothing is
        decided then.
    """
    _check_undecided(desk, entries)
    for found in entries:
        _check_not_a_decision(found)
    proposal = tuple(_about(desk, found, "release", signature) for found in entries)
    failing = _still_open(desk, proposal)
    if failing:
        row = next(iter(failing.values()))
        raise DecisionError(
            f"{len(failing)} of {len(entries)} rows cannot be released, such as {_place(row)}: "
            f"{row['open_reason_code']} ({row['open_message']}). Only what breaks no more than "
            f"{', '.join(RELEASABLE)} can be: without its key, a required value, the right type or "
            "a shape, a row has no place in the table. Fix or reject it"
        )
    unknown_words = [found for found in entries if found["reason_code"] == "not_allowed"]
    return Proposal(
        decisions=proposal,
        warnings=(
            f"{len(unknown_words)} of the rows hold a word that the contract does not know, and "
            "the checks of core may not either: if the next run stops at one, undo this, or teach "
            "contract and models the word",
        )
        if unknown_words
        else (),
    )


def reject(desk: Desk, entries: Sequence[Row], signature: Signature) -> Proposal:
    """Close entries as truly bad.

    Raises
    ------
    DecisionError
        When an entry is settled already.
    """
    _check_undecided(desk, entries)
    return Proposal(decisions=tuple(_about(desk, found, "reject", signature) for found in entries))


def _about(
    desk: Desk,
    found: Row,
    kind: str,
    signature: Signature,
    values: Mapping[str, str] | None = None,
) -> Decision:
    return Decision(
        kind=kind,
        decided_at=desk.moment,
        decided_by=signature.by,
        why=signature.why,
        quarantine_id=found["quarantine_id"],
        row_mark=found["row_mark"],
        source_name=found["source_name"],
        stream=found["stream"],
        file_name=found["file_name"],
        line_number=found["line_number"],
        corrected_values=values or {},
    )


def _check_undecided(desk: Desk, entries: Sequence[Row]) -> None:
    """Refuse entries that are settled, by a run or by decisions that wait for one."""
    for found in entries:
        if found["status"] == "superseded":
            raise DecisionError(
                f"{_place(found)} is superseded: its file came in another version since, whose "
                "rows count"
            )
    for stream, group in _by_stream(entries):
        if stream[0] == STEWARDSHIP:
            outcomes = {found["quarantine_id"]: found for found in group}
        else:
            outcomes = _outcomes(desk, stream, group)
        for found in group:
            outcome = outcomes[found["quarantine_id"]]
            if outcome["status"] != "open":
                raise DecisionError(_settled(found, outcome))


def _settled(found: Row, outcome: Row) -> str:
    words = f"{_place(found)} is {outcome['status']} already"
    if outcome.get("decision_id"):
        decision_id = outcome["decision_id"]
        words += (
            f", by {outcome['decided_by']} on {outcome['decided_at']:%Y-%m-%d %H:%M} UTC (decision "
            f"{decision_id}): to decide otherwise, `throughline steward undo {decision_id}` first"
        )
    return words


def _still_open(desk: Desk, proposal: Sequence[Decision]) -> dict[str, Row]:
    """Return the rows that would stay open under ``proposal``, with why, by their ids."""
    desk.propose(proposal)
    entries = [
        {
            "quarantine_id": decision.quarantine_id,
            "source_name": decision.source_name,
            "stream": decision.stream,
            "file_name": decision.file_name,
            "line_number": decision.line_number,
        }
        for decision in proposal
    ]
    failing: dict[str, Row] = {}
    for stream, group in _by_stream(entries):
        outcomes = _outcomes(desk, stream, group)
        for found in group:
            outcome = outcomes[found["quarantine_id"]]
            if outcome["status"] == "open":
                failing[found["quarantine_id"]] = {**outcome, **found}
    return failing


def _outcomes(desk: Desk, stream: tuple[str, str], group: Sequence[Row]) -> dict[str, Row]:
    return desk.outcomes(desk.contract(*stream), [found["quarantine_id"] for found in group])


def _by_stream(entries: Sequence[Row]) -> list[tuple[tuple[str, str], list[Row]]]:
    def stream(found: Row) -> tuple[str, str]:
        return found["source_name"], found["stream"]

    return [(name, list(group)) for name, group in groupby(sorted(entries, key=stream), stream)]


def _check_columns(desk: Desk, found: Row, values: Mapping[str, str]) -> None:
    _check_not_a_decision(found)
    contract = desk.contract(found["source_name"], found["stream"])
    for name in values:
        try:
            check_one_of("column", name, [column.name for column in contract.columns])
        except ContractError as error:
            raise DecisionError(f"{_place(found)}: {error}") from error


def _check_not_a_decision(found: Row) -> None:
    if found["source_name"] == STEWARDSHIP:
        raise DecisionError(
            f"{_place(found)} is a line of a decision file, which is not corrected: reject it, and "
            "decide anew"
        )


def _place(row: Row) -> str:
    return f"row {row['quarantine_id'][:12]} ({row['file_name']}, line {row['line_number']})"


def _first_repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
