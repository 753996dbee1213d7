{{ config(enabled=is_source_enabled('hubspot')) }}

with tickets as (
    select * from {{ source('hubspot', 'tickets') }}
),

stages as (
    select * from {{ source('hubspot', 'ticket_stages') }}
),

owners as (
    select * from {{ ref('base_hubspot__owners_of_records') }}
    where record_kind = 'ticket'
)

select
    'hubspot' as source_name,
    tickets.ticket_id,
    owners.customer_key_type,
    owners.customer_key,
    tickets.created_at as opened_at,
    tickets.first_replied_at,
    tickets.closed_at as solved_at,
    {{ hubspot_channel('tickets.source_type') }} as channel_id,
    lower(tickets.category) as reason,
    lower(tickets.priority) as priority,
    lower(coalesce(stages.label, tickets.status)) as status,
    tickets.owner_id as agent_id
from tickets
left join stages on tickets.status = stages.stage_id
left join owners on tickets.ticket_id = owners.record_id
