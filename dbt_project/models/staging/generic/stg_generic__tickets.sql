{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    ticket_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
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
from {{ source('generic', 'tickets') }}
