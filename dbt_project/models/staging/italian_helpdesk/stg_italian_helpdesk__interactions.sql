{{ config(enabled=is_source_enabled('italian_helpdesk')) }}

-- Opening, solving and reopening come from tickets; what the log adds is that customers wait.
-- Tells no load: the customer of an event stands in the other events of its ticket.
select
    'italian_helpdesk' as source_name,
    events.ticket_id || '/' || cast(events.event_number as varchar) as interaction_id,
    tickets.customer_key_type,
    tickets.customer_key,
    'ticket_waited' as event_name,
    events.occurred_at,
    'ticket' as related_type,
    events.ticket_id as related_id,
    events.workgroup as team,
    events.resource as agent_id
from {{ ref('base_italian_helpdesk__events') }} as events
inner join {{ ref('stg_italian_helpdesk__tickets') }} as tickets
    on events.ticket_id = tickets.ticket_id
where events.activity = 'Wait'
