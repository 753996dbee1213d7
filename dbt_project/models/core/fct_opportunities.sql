with

opportunities as (
    select * from {{ ref('int_opportunities_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

resolved as (
    select
        opportunities.source_name || ':' || opportunities.opportunity_id as opportunity_id,
        customer_identities.customer_id,
        opportunities.created_at,
        opportunities.stage as latest_stage,
        opportunities.kind,
        opportunities.amount,
        opportunities.currency,
        {{ known_by_as_of('opportunities.closed_at') }} as closed_at,
        opportunities.is_won as latest_is_won,
        opportunities.lead_channel,
        opportunities.source_name,
        coalesce(cast(opportunities.closed_at as date) > {{ as_of_date() }}, false)
            as is_closed_later
    from opportunities
    left join customer_identities
        on
            opportunities.customer_key_type = customer_identities.identity_type
            and opportunities.customer_key = customer_identities.identity_value
)

select
    opportunity_id,
    customer_id,
    created_at,
    case when is_closed_later then 'open' else latest_stage end as stage,
    kind,
    amount,
    currency,
    closed_at,
    case when not is_closed_later then latest_is_won end as is_won,
    lead_channel,
    source_name
from resolved
