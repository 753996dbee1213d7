{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    interaction_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    event_name,
    channel_id,
    occurred_at,
    ended_at,
    session_id,
    related_type,
    related_id,
    outcome,
    duration_seconds,
    team,
    agent_id,
    page,
    marketing_channel,
    _load_id as load_id
from {{ source('generic', 'interactions') }}
