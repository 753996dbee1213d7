{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    ticket_event_id,
    ticket_id,
    occurred_at,
    event_type,
    team,
    agent_id,
    status,
    priority,
    channel_id
from {{ source('generic', 'ticket_events') }}
