"""Which decisions of stewards count: SQL over the decisions, the quarantine and the ledger.

Everything here is a function of the set of decisions alone: neither the order in which files came
nor the number of runs in between matters. Decisions are in a total order, by time and then id.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.ledger import LEDGER, QUARANTINE
from orchestration.extract.raw_table import OWN_COLUMNS
from orchestration.extract.sql_text import identifier, literals

DECISIONS = "raw.stewardship__decisions"
OPEN_QUARANTINE = "quality.open_quarantine"
QUARANTINE_BALANCE = "quality.quarantine_balance"
DECISION_STATES = "quality.steward_decisions"
WAIVERS = "quality.waivers"
# The same columns as in the contract of the source `stewardship`, which a test compares: the views
# below stand from the first load on, with or without a decision.
DECISION_COLUMNS = {
    "decision_id": "VARCHAR",
    "decided_at": "TIMESTAMP",
    "decided_by": "VARCHAR",
    "why": "VARCHAR",
    "kind": "VARCHAR",
    "quarantine_id": "VARCHAR",
    "row_mark": "VARCHAR",
    "source_name": "VARCHAR",
    "stream": "VARCHAR",
    "file_name": "VARCHAR",
    "line_number": "BIGINT",
    "corrected_values": "JSON",
    "target": "VARCHAR",
    "expectation": "VARCHAR",
    "valid_until": "DATE",
    "left_key_type": "VARCHAR",
    "left_key": "VARCHAR",
    "right_key_type": "VARCHAR",
    "right_key": "VARCHAR",
    "undoes": "VARCHAR",
}
ROW_KINDS = ("fix", "release", "reject")
PAIR_KINDS = ("merge", "split")
# Long enough to mend a source, too short to forget the waiver.
LONGEST_WAIVER_DAYS = 90


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table of decisions where it is absent, and the views that stewards read."""
    columns = ", ".join(
        f"{identifier(name)} {kind}" for name, kind in (DECISION_COLUMNS | OWN_COLUMNS).items()
    )
    connection.execute(f"create table if not exists {DECISIONS} ({columns})")
    for view, select in (
        (OPEN_QUARANTINE, _OPEN_QUARANTINE),
        (QUARANTINE_BALANCE, _QUARANTINE_BALANCE),
        (DECISION_STATES, decision_states(DECISIONS)),
        (WAIVERS, _WAIVERS),
    ):
        connection.execute(f"create or replace view {view} as {select}")


def current_entries() -> str:
    """Return a select of the quarantine's entries whose file has no later version."""
    return f"""
        select quarantine.*
        from {QUARANTINE} as quarantine
        where quarantine.load_id in (
            select arg_max(ledger.load_id, (ledger.received_at, ledger.load_id))
            from {LEDGER} as ledger
            where ledger.status = 'loaded'
            group by ledger.source_name, ledger.stream, ledger.file_name
        )
    """


def entry_decisions(decisions: str) -> str:
    """Return a select of decisions about rows with the entry that each of them means.

    An entry is meant by its id; or by its mark, which a row keeps when its file comes in another
    version with the row unchanged and in its place.

    Parameters
    ----------
    decisions
        Relation with `DECISION_COLUMNS`.
    """
    kinds = literals(ROW_KINDS)
    return f"""
        with entries as ({current_entries()})

        select entries.quarantine_id as entry_id, decisions.*
        from {decisions} as decisions
        inner join entries on decisions.quarantine_id = entries.quarantine_id
        where decisions.kind in ({kinds})
        union
        select entries.quarantine_id as entry_id, decisions.*
        from {decisions} as decisions
        inner join entries on decisions.row_mark = entries.row_mark
        where decisions.kind in ({kinds})
    """


def decision_states(decisions: str) -> str:
    """Return a select of every decision with its state.

    ``in_force``; ``undone`` by a later one; ``replaced`` by a later one about the same thing; or
    ``void``, which had no effect and harmed nothing, with ``void_because``.

    Parameters
    ----------
    decisions
        Relation with `DECISION_COLUMNS`.
    """
    return f"""
        with decisions as (select * from {decisions}),

        undone as (
            select undo.undoes as decision_id
            from decisions as undo
            inner join decisions as target on undo.undoes = target.decision_id
            where undo.kind = 'undo' and target.kind <> 'undo'
        ),

        meant as ({entry_decisions(decisions)}),

        subjects as (
            select
                decisions.*,
                decisions.decision_id in (select undone.decision_id from undone) as is_undone,
                {_VOID_BECAUSE} as void_because,
                case
                    when decisions.kind in ({literals(ROW_KINDS)}) then meant.entry_id
                    when decisions.kind in ({literals(PAIR_KINDS)}) then {_PAIR}
                    when decisions.kind = 'waive'
                        then decisions.target || chr(31) || coalesce(decisions.expectation, '')
                end as subject
            from decisions
            left join (select distinct decision_id, entry_id from meant) as meant
                on decisions.decision_id = meant.decision_id
            left join decisions as undo_target on decisions.undoes = undo_target.decision_id
        ),

        -- A rejection sets aside all that was said of the row before; any decision sets aside an
        -- earlier release or rejection. Fixes add up, since each may mend another column.
        followed as (
            select
                *,
                coalesce(
                    bool_or(
                        {_COUNTS} and (kind = 'reject' or kind in ('merge', 'split', 'waive'))
                    ) over later,
                    false
                ) as is_wiped,
                coalesce(bool_or({_COUNTS}) over later, false) as is_followed
            from subjects
            window later as (
                partition by subject
                order by decided_at, decision_id
                rows between 1 following and unbounded following
            )
        )

        select
            * exclude (subject, is_undone, is_wiped, is_followed),
            case
                when is_undone then 'undone'
                when void_because is not null then 'void'
                when subject is null then 'in_force'
                when is_wiped or (is_followed and kind <> 'fix') then 'replaced'
                else 'in_force'
            end as state,
            subject
        from followed
    """


_COUNTS = "not is_undone and void_because is null"
_PAIR = """
    least(
        decisions.left_key_type || chr(31) || decisions.left_key,
        decisions.right_key_type || chr(31) || decisions.right_key
    ) || chr(30) || greatest(
        decisions.left_key_type || chr(31) || decisions.left_key,
        decisions.right_key_type || chr(31) || decisions.right_key
    )
"""
_VOID_BECAUSE = f"""
    case
        when decisions.kind in ({literals(ROW_KINDS)}) and meant.entry_id is null
            then 'the row that it names is not in quarantine: its file or contract was corrected'
        when decisions.kind in ('fix', 'release') and decisions.source_name = 'stewardship'
            then 'a line of a decision file is not corrected but written anew; reject the bad one'
        when decisions.kind = 'fix'
            and try_cast(decisions.corrected_values as map(varchar, varchar)) is null
            then 'its corrected_values are no JSON object'
        when decisions.kind in ({literals(PAIR_KINDS)}) and (
            decisions.left_key is null or decisions.left_key_type is null
            or decisions.right_key is null or decisions.right_key_type is null
        ) then 'it lacks one of the two identities'
        when decisions.kind in ({literals(PAIR_KINDS)})
            and decisions.left_key = decisions.right_key
            and decisions.left_key_type = decisions.right_key_type
            then 'it names the same identity twice'
        when decisions.kind = 'waive'
            and (decisions.target is null or decisions.valid_until is null)
            then 'it lacks the target or valid_until'
        when decisions.kind = 'waive' and decisions.valid_until
            > cast(decisions.decided_at as date) + {LONGEST_WAIVER_DAYS}
            then 'it would hold for more than {LONGEST_WAIVER_DAYS} days'
        when decisions.kind = 'undo' and undo_target.decision_id is null
            then 'there is no decision that it names'
        when decisions.kind = 'undo' and undo_target.kind = 'undo'
            then 'an undo is not undone: decide anew'
    end
"""
_WAIVERS = f"""
    select decision_id, target, expectation, valid_until, why, decided_by, decided_at
    from {DECISION_STATES}
    where kind = 'waive' and state = 'in_force'
"""
_OPEN_QUARANTINE = f"""
    select
        source_name,
        stream,
        coalesce(open_reason_code, reason_code) as reason_code,
        cast(received_at as date) as received_on,
        count(*) as open_count
    from {QUARANTINE}
    where status = 'open'
    group by all
"""
_QUARANTINE_BALANCE = f"""
    select
        ledger.load_id,
        ledger.source_name,
        ledger.stream,
        ledger.file_name,
        ledger.rows_in,
        ledger.rows_loaded,
        ledger.rows_duplicate,
        count(*) filter (where quarantine.status = 'open') as rows_open,
        count(*) filter (where quarantine.status = 'fixed') as rows_fixed,
        count(*) filter (where quarantine.status = 'released') as rows_released,
        count(*) filter (where quarantine.status = 'rejected') as rows_rejected,
        count(*) filter (where quarantine.status = 'superseded') as rows_superseded
    from {LEDGER} as ledger
    left join {QUARANTINE} as quarantine on ledger.load_id = quarantine.load_id
    group by all
"""
