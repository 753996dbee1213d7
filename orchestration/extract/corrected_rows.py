"""What becomes of quarantined rows under the decisions about them: checked again, all at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb

from orchestration.extract.checks import Check, Field, column_checks, faults, quoted_list
from orchestration.extract.decision_states import (
    current_entries,
    decision_states,
    entry_decisions,
)
from orchestration.extract.ledger import QUARANTINE
from orchestration.extract.raw_table import raw_table
from orchestration.extract.shapes import ColumnContract, StreamContract
from orchestration.extract.sql_text import identifier, literal, literals
from orchestration.extract.values import raw_type, typed

OUTCOMES = "throughline_outcomes"
# Marks rows of raw that stand there by a steward's decision, in front of its id in `_load_id`.
DECISION_PREFIX = "decision:"
# Rules about what a value may be. A row of the wrong type, or without its key or a required value,
# has no place in the table, whoever vouches for it.
RELEASABLE = ("out_of_range", "not_allowed", "bad_pattern", "in_future")
# In place of a time after which a value is in the future: that check is made here instead.
NEVER = dt.datetime(9999, 12, 31)  # noqa: DTZ001  # the warehouse holds UTC without zone
FAULT_LIST = (
    '[{"column_name": "VARCHAR", "reason_code": "VARCHAR", "message": "VARCHAR", '
    '"value": "VARCHAR"}]'
)


def find_outcomes(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, decisions: str
) -> None:
    """Put what becomes of each quarantined row of a stream into the temporary table `OUTCOMES`.

    Its columns: ``quarantine_id``, ``file_name``, ``line_number``, ``extra``, ``status``,
    ``decision_id``, ``decided_by``, ``decided_at``, ``open_reason_code``, ``open_column_name``,
    ``open_message``, and the row's typed values ``value_0`` and so on in the contract's order.

    Parameters
    ----------
    decisions
        Relation with `DECISION_COLUMNS`; the raw table is read without the rows that stand in it
        by a decision.
    """
    connection.execute(
        f"""
        create or replace temp table {OUTCOMES} as
        with {_decided(decisions)},
        texts as (select *, {_texts(contract)} from candidates),
        typed as (select *, {_values(contract)} from texts),
        checked as (select *, {faults(_checks(contract))} as found from typed),
        judged as (
            select
                * exclude (found),
                list_filter(
                    found,
                    lambda fault: kind <> 'release'
                        or fault.reason_code not in ({literals(RELEASABLE)})
                ) as remaining
            from checked
        ),
        {_told_apart(contract)}

        select
            quarantine_id,
            file_name,
            line_number,
            extra,
            case
                when not is_current then 'superseded'
                when kind = 'reject' then 'rejected'
                when kind is null or len(remaining) > 0 or taken_by is not null then 'open'
                when kind = 'release' then 'released'
                else 'fixed'
            end as status,
            case when is_current then decision_id end as decision_id,
            case when is_current then decided_by end as decided_by,
            case when is_current then decided_at end as decided_at,
            case
                when not is_current or kind is null or kind = 'reject' then null
                when len(remaining) > 0 then remaining[1].reason_code
                when taken_by is not null then 'duplicate_key'
            end as open_reason_code,
            case
                when open_reason_code = 'duplicate_key' then {literal(", ".join(contract.key))}
                when open_reason_code is not null then remaining[1].column_name
            end as open_column_name,
            case
                when open_reason_code = 'duplicate_key'
                    then 'the corrected row has the key of ' || taken_by
                        || '; correct the key, or reject the row'
                when open_reason_code is not null
                    then array_to_string(
                        list_transform(remaining, lambda fault: fault.message), '; also '
                    )
            end as open_message,
            {", ".join(_value(position) for position in range(len(contract.columns)))}
        from told_apart
        """,
        {"source_name": contract.source_name, "stream": contract.name},
    )


def _decided(decisions: str) -> str:
    """Return the CTEs up to ``candidates``: entries with their last decision and corrections."""
    return f"""
        states as ({decision_states(decisions)}),
        meant as ({entry_decisions(decisions)}),
        in_force as (
            select distinct
                meant.entry_id, meant.kind, meant.decision_id, meant.decided_by,
                meant.decided_at, meant.corrected_values
            from meant
            inner join states on meant.decision_id = states.decision_id
            where states.state = 'in_force'
        ),
        last_decisions as (
            select
                entry_id,
                arg_max(kind, (decided_at, decision_id)) as kind,
                arg_max(decision_id, (decided_at, decision_id)) as decision_id,
                arg_max(decided_by, (decided_at, decision_id)) as decided_by,
                max(decided_at) as decided_at
            from in_force
            group by entry_id
        ),
        cells as (
            select
                entry_id,
                decided_at,
                decision_id,
                unnest(map_entries(cast(corrected_values as map(varchar, varchar)))) as cell
            from in_force
            where kind = 'fix'
        ),
        last_cells as (
            select entry_id, cell.key, arg_max(cell, (decided_at, decision_id)) as cell
            from cells
            group by entry_id, cell.key
        ),
        corrections as (
            select entry_id, map_from_entries(list((cell.key, cell.value))) as corrected
            from last_cells
            group by entry_id
        ),
        current_ids as (select quarantine_id from ({current_entries()})),
        candidates as (
            select
                quarantine.quarantine_id,
                quarantine.file_name,
                quarantine.line_number,
                quarantine.extra,
                quarantine.quarantine_id in (select quarantine_id from current_ids) as is_current,
                last_decisions.kind,
                last_decisions.decision_id,
                last_decisions.decided_by,
                last_decisions.decided_at,
                coalesce(corrections.corrected, map {{}}) as corrected,
                cast(quarantine.row_values as map(varchar, varchar)) as as_read,
                from_json(quarantine.faults, {literal(FAULT_LIST)}) as old_faults,
                quarantine.reason_code = 'malformed_row' as is_malformed
            from {QUARANTINE} as quarantine
            left join last_decisions on quarantine.quarantine_id = last_decisions.entry_id
            left join corrections on quarantine.quarantine_id = corrections.entry_id
            where quarantine.source_name = $source_name and quarantine.stream = $stream
        )"""


def _texts(contract: StreamContract) -> str:
    """Return each column's text: the correction, or what was read, sound or not."""
    nulls = literals(contract.null_values)
    expressions = []
    for position, column in enumerate(contract.columns):
        name = literal(column.name)
        given = f"corrected[{name}]"
        if nulls:
            given = f"case when {given} in ({nulls}) then null else {given} end"
        expressions.append(
            f"case when map_contains(corrected, {name}) then {given} "
            f"else coalesce(as_read[{name}], list_filter(old_faults, "
            f"lambda fault: fault.column_name = {name})[1].value) end as {_text(position)}"
        )
    return ", ".join(expressions)


def _values(contract: StreamContract) -> str:
    """Return each column's typed value; what was read and sound is kept as it was."""
    expressions = []
    for position, column in enumerate(contract.columns):
        name = literal(column.name)
        corrected = typed(column, _text(position), "VARCHAR", contract.timezone)
        kind = raw_type(column)
        expressions.append(
            f"case when map_contains(corrected, {name}) then cast({corrected} as {kind}) "
            f"else try_cast(as_read[{name}] as {kind}) end as {_value(position)}"
        )
    return ", ".join(expressions)


def _checks(contract: StreamContract) -> list[Check]:
    checks = [_every_column_of_a_malformed_row(contract)]
    for position, column in enumerate(contract.columns):
        # The contract's own check compares with the file's arrival, which differs when the
        # warehouse is rebuilt; the decision's time does not.
        checks += column_checks(
            Field(
                column=replace(column, may_be_future=True),
                source=_text(position),
                value=_value(position),
            ),
            is_key=column.name in contract.key,
            latest=NEVER,
            bad_bytes=True,
        )
        if column.type in ("date", "timestamp") and not column.may_be_future:
            checks.append(_not_in_future(column, position))
    return checks


def _not_in_future(column: ColumnContract, position: int) -> Check:
    return Check(
        fails=f"{_value(position)} > decided_at + interval 1 day",
        reason_code="in_future",
        message=f"{column.source_name}: lies more than a day after the decision; correct the date, "
        "or release the row",
        column_name=column.name,
        value=_text(position),
    )


def _every_column_of_a_malformed_row(contract: StreamContract) -> Check:
    names = [column.name for column in contract.columns]
    stated = " and ".join(f"map_contains(corrected, {literal(name)})" for name in names)
    return Check(
        fails=f"is_malformed and not ({stated})",
        reason_code="malformed_row",
        message="the line could not be read as a row, so a fix must state every column, an empty "
        f"one as column= : {', '.join(names)}",
    )


def _told_apart(contract: StreamContract) -> str:
    """Return the CTEs that find corrected rows whose key another row has: the first is kept."""
    if not contract.key:
        return "told_apart as (select *, cast(null as varchar) as taken_by from judged)"
    positions = {column.name: place for place, column in enumerate(contract.columns)}
    ours = ", ".join(_value(positions[name]) for name in contract.key)
    theirs = quoted_list(contract.key)
    same = " and ".join(
        f"keyed.{_value(positions[name])} = known.{identifier(name)}" for name in contract.key
    )
    is_sound = "is_current and kind in ('fix', 'release') and coalesce(len(remaining), 0) = 0"
    return f"""
        keyed as (
            select *, {is_sound} as is_sound, row_number() over (
                partition by {is_sound}, {ours} order by decided_at, decision_id, quarantine_id
            ) as turn
            from judged
        ),
        known as (
            select {theirs}, min('line ' || _source_line || ' of ' || _source_file) as place
            from {raw_table(contract)}
            where
                ({theirs}) in (select ({ours}) from keyed where is_sound)
                and not starts_with(_load_id, {literal(DECISION_PREFIX)})
            group by {theirs}
        ),
        told_apart as (
            select
                keyed.*,
                case
                    when not keyed.is_sound then null
                    when known.place is not null then known.place
                    when keyed.turn > 1 then 'another corrected row'
                end as taken_by
            from keyed
            left join known on {same}
        )"""


def _text(position: int) -> str:
    return f"text_{position}"


def _value(position: int) -> str:
    return f"value_{position}"
