{{ config(schema='core', contract={'enforced': false}) }}

with

tickets as (
    select * from {{ ref('int_service_tickets') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

messages as (
    select
        ticket_events.ticket_id,
        ticket_events.ticket_event_id,
        ticket_events.occurred_at,
        ticket_events.event_type,
        lag(ticket_events.event_type) over (
            partition by ticket_events.ticket_id
            order by ticket_events.occurred_at, ticket_events.ticket_event_id
        ) as type_before
    from ticket_events
    where ticket_events.event_type in ('replied', 'customer_replied')
),

-- The first message after a reply asks for the next one; what the customer adds does not ask again.
turns as (
    select
        ticket_id,
        event_type,
        occurred_at,
        ticket_event_id,
        lead(occurred_at) over (
            partition by ticket_id order by occurred_at, ticket_event_id
        ) as answered_at
    from messages
    where event_type = 'replied' or type_before = 'replied'
)

select
    turns.ticket_id,
    row_number() over (
        partition by turns.ticket_id order by turns.occurred_at, turns.ticket_event_id
    ) as period_number,
    turns.occurred_at as asked_at,
    turns.answered_at
from turns
inner join tickets on turns.ticket_id = tickets.ticket_id
where turns.event_type = 'customer_replied'
