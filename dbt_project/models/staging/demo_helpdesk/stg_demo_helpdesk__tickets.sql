{{ config(enabled=is_source_enabled('demo_helpdesk')) }}

select
    'demo_helpdesk' as source_name,
    ticket_id,
    'email' as customer_key_type,
    lower(trim(requester)) as customer_key,
    opened_at,
    first_replied_at,
    solved_at,
    channel_id,
    reason,
    priority,
    status,
    team,
    agent_id,
    reopen_count,
    transfer_count
from {{ source('demo_helpdesk', 'tickets') }}
