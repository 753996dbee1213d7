{{ config(enabled=is_source_enabled('hubspot')) }}

with tickets as (
    select
        *,
        {{ hubspot_channel('source_type') }} as channel_id
    from {{ source('hubspot', 'tickets') }}
),

owners as (
    select * from {{ ref('base_hubspot__owners_of_records') }}
    where record_kind = 'ticket'
)

select
    'hubspot' as source_name,
    tickets.ticket_id as feedback_id,
    owners.customer_key_type,
    owners.customer_key,
    'indirect' as feedback_kind,
    false as is_solicited,
    tickets.channel_id,
    trim(tickets.content) as comment_text,
    tickets.created_at as occurred_at
from tickets
left join owners on tickets.ticket_id = owners.record_id
where trim(tickets.content) <> '' and coalesce(tickets.channel_id, 'web') <> 'phone'
