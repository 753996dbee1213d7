"""Decisions that are not about one row: customers merged and split, waivers, and undoing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data_quality.catalogue import list_suites
from orchestration.extract.shapes import ContractError, check_one_of
from orchestration.stewardship.decisions import Decision, DecisionError
from orchestration.stewardship.desk import STATES, Desk, Row
from orchestration.stewardship.settling import Proposal, Signature

IDENTITIES = "core.int_customer_identities"
# Of a customer named by id, an identity that does not change hands as an address or a number does.
CHANGING_HANDS = ("email", "phone")
SHOWN_IDENTITIES = 6

Identity = tuple[str, str]


def pair(desk: Desk, kind: str, left: str, right: str, signature: Signature) -> Proposal:
    """Say that two identities are one customer (``merge``) or are not (``split``).

    Customer ids move when records arrive, so the decision names identities: those given, or one of
    each customer given.

    Parameters
    ----------
    left, right
        Customer ids, or identities as ``type:value``.

    Raises
    ------
    DecisionError
        When a name is unknown, both mean the same, or the same was decided before.
    """
    first, second = _identity(desk, left), _identity(desk, right)
    customer, other = _customer(desk, first), _customer(desk, second)
    if first == second or (kind == "split" and customer == other and ":" not in left):
        raise DecisionError(_which_identities(desk, left, customer))
    (left_type, left_key), (right_type, right_key) = sorted((first, second))
    decision = Decision(
        kind=kind,
        decided_at=desk.moment,
        decided_by=signature.by,
        why=signature.why,
        left_key_type=left_type,
        left_key=left_key,
        right_key_type=right_type,
        right_key=right_key,
    )
    proposal = _replacing(desk, decision)
    if kind == "merge" and customer == other and not proposal.warnings:
        raise DecisionError(f"{left} and {right} are one customer already: {customer}")
    return proposal


def waive(
    desk: Desk, target: str, expectation: str | None, until: date, signature: Signature
) -> Proposal:
    """Let a suite, a table or one expectation of it fail until a day.

    Raises
    ------
    DecisionError
        When there is no such suite, table or expectation.
    """
    rules = _known_rules(desk)
    meant = [rule for suite, table, rule in rules if target in (suite, table)]
    if not meant:
        _one_of("suite or table", target, sorted({name for rule in rules for name in rule[:2]}))
    if expectation is not None:
        _one_of("--expectation", expectation, sorted(set(meant)))
    decision = Decision(
        kind="waive",
        decided_at=desk.moment,
        decided_by=signature.by,
        why=signature.why,
        target=target,
        expectation=expectation,
        valid_until=until,
    )
    return _replacing(desk, decision)


def _known_rules(desk: Desk) -> set[tuple[str, str, str]]:
    """Suite, table and name of every rule: written ones, and those that the last runs derived."""
    written = {
        (suite.name, suite.table, rule.rule)
        for suite in list_suites()
        for rule in suite.expectations
    }
    table = desk.rows(
        "select 1 from information_schema.tables where table_catalog = current_database() "
        "and table_schema = 'quality' and table_name = 'expectation_results'"
    )
    if not table:
        return written
    checked = desk.rows(
        "select distinct suite_name, table_name, rule from quality.expectation_results"
    )
    return written | {(row["suite_name"], row["table_name"], row["rule"]) for row in checked}


def undo(desk: Desk, beginning: str, signature: Signature) -> Proposal:
    """Take a decision back, so that things stand as if it had not been taken.

    Raises
    ------
    DecisionError
        When there is no such decision, or it has no effect any more.
    """
    found = decision(desk, beginning)
    decision_id = found["decision_id"]
    if found["kind"] == "undo":
        raise DecisionError(f"{decision_id} is an undo, which is not undone: decide anew instead")
    if found["state"] == "undone":
        raise DecisionError(f"{decision_id} is undone already")
    if found["state"] == "replaced":
        raise DecisionError(
            f"{decision_id} was replaced by a later decision about the same thing: undo that one "
            f"first; `throughline steward decisions` shows it"
        )
    said = _signed(found)
    return Proposal(
        decisions=(
            Decision(
                kind="undo",
                decided_at=desk.moment,
                decided_by=signature.by,
                why=signature.why,
                undoes=decision_id,
            ),
        ),
        warnings=(f"this takes back {said}",),
    )


def decision(desk: Desk, beginning: str) -> Row:
    """Return the decision whose id is, or begins with, ``beginning``."""
    found = desk.rows(
        f"select distinct on (decision_id) * from {STATES} where starts_with(decision_id, $1) "
        "order by decision_id limit 2",
        [beginning],
    )
    if not found:
        raise DecisionError(
            f"no decision has the id {beginning}: `throughline steward decisions` shows ids"
        )
    if len(found) > 1:
        raise DecisionError(f"id {beginning} fits several decisions: give more of its letters")
    return found[0]


def _replacing(desk: Desk, decision: Decision) -> Proposal:
    """Return the proposal, with a word on the decision about the same thing that it replaces."""
    standing = {row["decision_id"] for row in _in_force(desk)}
    desk.propose([decision])
    still = {row["decision_id"] for row in _in_force(desk)}
    replaced = [
        found
        for found in desk.rows(f"select * from {STATES} order by decided_at, decision_id")
        if found["decision_id"] in standing - still
    ]
    for found in replaced:
        if found["kind"] == decision.kind and decision.kind != "waive":
            raise DecisionError(f"that is decided already: {_signed(found)}")
    return Proposal(
        decisions=(decision,),
        warnings=tuple(f"this replaces {_signed(found)}" for found in replaced),
    )


def _in_force(desk: Desk) -> list[Row]:
    return desk.rows(
        f"select decision_id from {STATES} "
        "where state = 'in_force' and kind in ('merge', 'split', 'waive')"
    )


def _signed(found: Row) -> str:
    return (
        f"decision {found['decision_id']} ({found['kind']}) of {found['decided_by']}, "
        f"{found['decided_at']:%Y-%m-%d %H:%M} UTC: {found['why']}"
    )


def _identity(desk: Desk, name: str) -> Identity:
    _check_customers_exist(desk)
    kind, separator, value = name.partition(":")
    if separator:
        if _customer_or_none(desk, (kind, value)) is None:
            kinds = [
                row["identity_type"]
                for row in desk.rows(f"select distinct identity_type from {IDENTITIES} order by 1")
            ]
            _one_of("type of identity", kind, kinds)
            raise DecisionError(f"no customer has the {kind} {value}")
        return kind, value
    found = _identities(desk, name)
    if not found:
        raise DecisionError(
            f"there is no customer {name}: give a customer_id of dim_customers, or an identity as "
            "type:value"
        )
    return found[0]


def _identities(desk: Desk, customer_id: str) -> list[Identity]:
    found = desk.rows(
        f"select identity_type, identity_value from {IDENTITIES} where customer_id = $1 "
        "order by identity_type in (select unnest($2)), identity_type, identity_value",
        [customer_id, list(CHANGING_HANDS)],
    )
    return [(row["identity_type"], row["identity_value"]) for row in found]


def _customer(desk: Desk, identity: Identity) -> str:
    customer_id = _customer_or_none(desk, identity)
    if customer_id is None:
        raise DecisionError(f"no customer has the identity {':'.join(identity)}")
    return customer_id


def _customer_or_none(desk: Desk, identity: Identity) -> str | None:
    found = desk.rows(
        f"select min(customer_id) as customer_id from {IDENTITIES} "
        "where identity_type = $1 and identity_value = $2",
        list(identity),
    )
    customer_id: str | None = found[0]["customer_id"]
    return customer_id


def _which_identities(desk: Desk, name: str, customer_id: str) -> str:
    names = [":".join(identity) for identity in _identities(desk, customer_id)]
    shown = ", ".join(names[:SHOWN_IDENTITIES]) + (", …" if len(names) > SHOWN_IDENTITIES else "")
    return f"{name} is one customer: name the two of its identities that are not the same: {shown}"


def _check_customers_exist(desk: Desk) -> None:
    schema, table = IDENTITIES.split(".")
    if not desk.rows(
        "select 1 from information_schema.tables where table_schema = $1 and table_name = $2",
        [schema, table],
    ):
        raise DecisionError("there are no customers yet: `throughline run` finds them")


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    try:
        check_one_of(name, value, allowed)
    except ContractError as error:
        raise DecisionError(str(error)) from error
