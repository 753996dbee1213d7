{{ config(enabled=is_source_enabled('hubspot')) }}

with deals as (
    select * from {{ source('hubspot', 'deals') }}
),

stages as (
    select * from {{ source('hubspot', 'deal_stages') }}
),

owners as (
    select * from {{ ref('base_hubspot__owners_of_records') }}
    where record_kind = 'deal'
),

-- What the deal says of itself goes before its stage; exports name the stage, tools its id.
judged as (
    select
        deals.deal_id,
        owners.customer_key_type,
        owners.customer_key,
        deals.created_at,
        coalesce(stages.label, deals.stage) as stage,
        deals.deal_type,
        deals.amount,
        deals.currency,
        deals.close_at,
        deals.lead_source,
        coalesce(
            deals.is_won,
            stages.is_won,
            replace(lower(deals.stage), ' ', '') like 'closedwon%'
        ) as is_won,
        coalesce(
            deals.is_closed,
            stages.is_closed,
            replace(lower(deals.stage), ' ', '') like 'closedwon%'
            or replace(lower(deals.stage), ' ', '') like 'closedlost%'
        ) as is_closed
    from deals
    left join stages on deals.stage = stages.stage_id
    left join owners on deals.deal_id = owners.record_id
)

select
    'hubspot' as source_name,
    deal_id as opportunity_id,
    customer_key_type,
    customer_key,
    created_at,
    stage,
    deal_type as kind,
    amount,
    upper(currency) as currency,
    -- While it is open the day is a hope.
    case when is_closed or is_won then close_at end as closed_at,
    case when is_won then true when is_closed then false end as is_won,
    lower(lead_source) as lead_channel
from judged
