{{ config(enabled=is_source_enabled('demo_helpdesk')) }}

select
    'demo_helpdesk' as source_name,
    ticket_event_id,
    ticket_id,
    occurred_at,
    event_type,
    team,
    agent_id,
    status
from {{ source('demo_helpdesk', 'ticket_events') }}
