with

contacts as (
    select * from {{ ref('int_service_contacts') }}
),

claims as (
    select * from {{ ref('int_failure_demand_claims') }}
),

channels as (
    select * from {{ ref('dim_channels') }}
)

-- Every contact is of one kind of demand, and what several proxies claim is counted for the first.
select
    contacts.contact_id,
    contacts.customer_id,
    contacts.segment,
    contacts.touchpoint_id,
    contacts.contact_kind,
    coalesce(contacts.channel_id, 'unknown') as channel_id,
    contacts.occurred_at,
    contacts.duration_seconds,
    contacts.ticket_id,
    coalesce(contacts.reason, 'unknown') as reason,
    contacts.topic,
    contacts.team,
    coalesce(claims.proxy_id, 'value_demand') as demand,
    claims.proxy_id is not null as is_failure_demand,
    channels.cost_per_contact_amount as cost_amount,
    channels.currency,
    contacts.source_name
from contacts
left join claims
    on
        contacts.contact_id = claims.contact_id
        and claims.claim_rank = 1
left join channels on contacts.channel_id = channels.channel_id
