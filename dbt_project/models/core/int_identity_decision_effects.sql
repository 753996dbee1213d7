with

decisions as (
    select * from {{ ref('int_identity_decisions_unioned') }}
),

decision_keys as (
    select * from {{ ref('int_identity_decision_keys') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

cuts as (
    select
        decision_id,
        count(*) as cut_count
    from {{ ref('int_identity_cuts') }}
    group by decision_id
),

sides as (
    select
        decision_keys.decision_id,
        min(case when decision_keys.side = 'left' then customer_identities.customer_id end)
            as left_customer_id,
        min(case when decision_keys.side = 'right' then customer_identities.customer_id end)
            as right_customer_id
    from decision_keys
    inner join customer_identities
        on
            decision_keys.identity_type = customer_identities.identity_type
            and decision_keys.match_value = customer_identities.identity_value
    group by decision_keys.decision_id
),

named as (
    select
        decisions.source_name || ':' || decisions.decision_id as decision_id,
        decisions.action,
        decisions.decided_at
    from decisions
)

select
    named.decision_id,
    named.action,
    named.decided_at,
    sides.left_customer_id,
    sides.right_customer_id,
    coalesce(cuts.cut_count, 0) as cut_count,
    case
        when sides.left_customer_id is null or sides.right_customer_id is null then 'unknown_key'
        when (sides.left_customer_id = sides.right_customer_id) = (named.action = 'merge')
            then 'holds'
        else 'overruled'
    end as effect
from named
left join sides on named.decision_id = sides.decision_id
left join cuts on named.decision_id = cuts.decision_id
