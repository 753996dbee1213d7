{{ config(enabled=is_source_enabled('italian_helpdesk')) }}

with

events as (
    select * from {{ ref('base_italian_helpdesk__events') }}
),

firsts as (
    select * from events
    where event_number = 1
),

lasts as (
    select
        *,
        row_number() over (partition by ticket_id order by event_number desc) as number_from_end
    from events
),

solutions as (
    select
        ticket_id,
        max(case when activity = 'Closed' then 1 else 0 end) = 1 as is_closed,
        max(case when activity = 'Resolve ticket' then occurred_at end) as resolved_at,
        max(case when activity = 'Closed' then occurred_at end) as closed_at
    from events
    group by ticket_id
)

-- A ticket that names two customers belongs to the one who opened it. Nobody wrote down replies, so
-- the first reply is unknown: taking a ticket in charge tells the customer nothing.
select
    'italian_helpdesk' as source_name,
    firsts.ticket_id,
    'italian_helpdesk_customer' as customer_key_type,
    firsts.customer as customer_key,
    firsts.occurred_at as opened_at,
    case
        when not solutions.is_closed then null
        when solutions.resolved_at <= solutions.closed_at then solutions.resolved_at
        else solutions.closed_at
    end as solved_at,
    replace(lower(lasts.product), ' ', '_') as reason,
    lasts.priority,
    case when solutions.is_closed then 'closed' else 'open' end as status,
    lasts.workgroup as team,
    lasts.resource as agent_id
from firsts
inner join lasts
    on
        firsts.ticket_id = lasts.ticket_id
        and lasts.number_from_end = 1
inner join solutions on firsts.ticket_id = solutions.ticket_id
