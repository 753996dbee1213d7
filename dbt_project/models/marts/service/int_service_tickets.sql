{{ config(schema='core', contract={'enforced': false}) }}

with

tickets as (
    select * from {{ ref('fct_tickets') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

teams as (
    select * from {{ ref('service_teams') }}
),

-- What a source never records is unknown of its tickets; what it records of others only is zero.
recorded as (
    select
        source_name,
        count(case when event_type = 'replied' then 1 end) > 0 as records_replies,
        count(case when event_type = 'reopened' then 1 end) > 0 as records_reopens,
        count(case when event_type = 'transferred' then 1 end) > 0 as records_transfers,
        count(case when event_type = 'identified' then 1 end) > 0 as records_identifications,
        count(case when event_type = 'escalated' or priority is not null then 1 end) > 0
            as records_escalations
    from ticket_events
    group by source_name
),

first_replies as (
    select
        source_name,
        count(first_replied_at) > 0 as records_first_replies
    from tickets
    group by source_name
)

select
    tickets.ticket_id,
    tickets.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    tickets.channel_id,
    lower(trim(tickets.reason)) as reason,
    lower(trim(tickets.priority)) as priority,
    lower(trim(tickets.status)) as status,
    tickets.team,
    tickets.agent_id,
    tickets.opened_at,
    tickets.first_replied_at,
    tickets.solved_at,
    tickets.reopen_count as source_reopen_count,
    tickets.transfer_count as source_transfer_count,
    coalesce(own_team.calendar_id, any_team.calendar_id) as calendar_id,
    coalesce(recorded.records_replies, false) as records_replies,
    first_replies.records_first_replies,
    coalesce(recorded.records_reopens, false) as records_reopens,
    coalesce(recorded.records_transfers, false) as records_transfers,
    coalesce(recorded.records_identifications, false) as records_identifications,
    coalesce(recorded.records_escalations, false) as records_escalations,
    tickets.source_name
from tickets
inner join first_replies on tickets.source_name = first_replies.source_name
left join recorded on tickets.source_name = recorded.source_name
left join customers on tickets.customer_id = customers.customer_id
left join teams as own_team on tickets.team = own_team.team
left join teams as any_team on any_team.team = '*'
where not coalesce(customers.is_test, false)
