with

ticket_events as (
    select * from {{ ref('int_ticket_events_unioned') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
)

select
    ticket_events.source_name || ':' || ticket_events.ticket_event_id as ticket_event_id,
    ticket_events.source_name || ':' || ticket_events.ticket_id as ticket_id,
    tickets.customer_id,
    ticket_events.occurred_at,
    ticket_events.event_type,
    tickets.channel_id,
    ticket_events.team,
    ticket_events.agent_id,
    lower(trim(ticket_events.status)) as status,
    lower(trim(ticket_events.priority)) as priority,
    ticket_events.channel_id as message_channel_id,
    ticket_events.source_name
from ticket_events
left join tickets on ticket_events.source_name || ':' || ticket_events.ticket_id = tickets.ticket_id
