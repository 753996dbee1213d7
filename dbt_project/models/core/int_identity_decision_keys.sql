with

decisions as (
    select * from {{ ref('int_identity_decisions_unioned') }}
),

claims as (
    select * from {{ ref('int_identity_claims') }}
),

sides as (
    select
        source_name || ':' || decision_id as decision_id,
        action,
        decided_at,
        'left' as side,
        left_key_type as key_type,
        left_key as key_value
    from decisions

    union all

    select
        source_name || ':' || decision_id as decision_id,
        action,
        decided_at,
        'right' as side,
        right_key_type as key_type,
        right_key as key_value
    from decisions
),

-- Most companies have none, and then no claim is looked at.
sides_by_customer as (
    select count(*) as side_count
    from sides
    where key_type = 'customer_id'
),

-- A customer_id stands for the record that it is made of, whoever holds that record now.
named_records as (
    select
        claims.identity_type,
        claims.match_value,
        {{ customer_id_of('claims.record_kind', 'claims.source_name', 'claims.record_id') }}
            as customer_id
    from claims
    inner join sides_by_customer on sides_by_customer.side_count > 0
),

resolved as (
    select
        sides.decision_id,
        sides.action,
        sides.decided_at,
        sides.side,
        sides.key_type,
        sides.key_value,
        named_records.identity_type,
        named_records.match_value
    from sides
    inner join named_records on sides.key_value = named_records.customer_id
    where sides.key_type = 'customer_id'

    union all

    select
        sides.decision_id,
        sides.action,
        sides.decided_at,
        sides.side,
        sides.key_type,
        sides.key_value,
        claims.identity_type,
        claims.match_value
    from sides
    inner join claims
        on
            sides.key_type = claims.identity_type
            and sides.key_value in (claims.match_value, claims.identity_value)
)

select distinct
    decision_id,
    action,
    decided_at,
    side,
    key_type || '|' || key_value as label,
    identity_type,
    match_value
from resolved
