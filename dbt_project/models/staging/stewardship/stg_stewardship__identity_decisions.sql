{{ config(enabled=is_source_enabled('stewardship')) }}

with

decisions as (
    select * from {{ source('stewardship', 'decisions') }}
    where cast(decided_at as date) <= {{ as_of_date() }}
),

undone as (
    select undoes as decision_id from decisions
    where kind = 'undo' and undoes is not null
),

identity_decisions as (
    select
        decision_id,
        decided_at,
        kind as action,
        left_key_type,
        left_key,
        right_key_type,
        right_key,
        decided_by,
        why as reason,
        left_key_type || '|' || left_key as left_identity,
        right_key_type || '|' || right_key as right_identity
    from decisions
    where
        kind in ('merge', 'split')
        and decision_id not in (select undone.decision_id from undone)
),

-- A decision without both identities says nothing about a pair, nor does one of an identity with
-- itself; of two about the same pair, in either order, the later counts.
ranked as (
    select
        *,
        row_number() over (
            partition by
                least(left_identity, right_identity), greatest(left_identity, right_identity)
            order by decided_at desc, decision_id desc
        ) as recency
    from identity_decisions
    where left_identity <> right_identity
)

select
    'stewardship' as source_name,
    decision_id,
    decided_at,
    action,
    left_key_type,
    left_key,
    right_key_type,
    right_key,
    decided_by,
    reason
from ranked
where recency = 1
