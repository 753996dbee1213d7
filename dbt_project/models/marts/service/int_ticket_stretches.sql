{{ config(schema='core', contract={'enforced': false}) }}

{#- Words in which help desks say that nothing is left to do. -#}
{%- set closing_states = "('solved', 'closed', 'resolved', 'done', 'completed')" -%}

with

tickets as (
    select * from {{ ref('int_service_tickets') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

calendar as (
    select * from {{ ref('int_business_calendar') }}
),

-- Clocks of systems differ a little: nothing happens to a ticket before it is opened.
changes as (
    select
        ticket_events.ticket_id,
        greatest(ticket_events.occurred_at, tickets.opened_at) as changed_at,
        case when ticket_events.event_type = 'opened' then 1 else 2 end as step,
        ticket_events.ticket_event_id as change_id,
        coalesce(
            ticket_events.status,
            case
                when ticket_events.event_type in ('opened', 'reopened') then 'open'
                when ticket_events.event_type = 'solved' then 'solved'
            end
        ) as state,
        ticket_events.priority,
        ticket_events.status is not null as is_stated
    from ticket_events
    inner join tickets on ticket_events.ticket_id = tickets.ticket_id
    where
        ticket_events.status is not null
        or ticket_events.priority is not null
        or ticket_events.event_type in ('opened', 'reopened', 'solved')
),

known as (
    select
        ticket_id,
        max(case when state in {{ closing_states }} then 1 else 0 end) = 1 as is_ever_closed,
        count(priority) > 0 as has_priorities,
        max(case when is_stated then 1 else 0 end) = 1 as has_states,
        max(changed_at) as last_changed_at
    from changes
    group by ticket_id
),

-- What the events leave out, the ticket itself may know. One that is closed at a moment that nobody
-- recorded is out of the way since the last one known.
together as (
    select
        ticket_id,
        changed_at,
        step,
        change_id,
        state,
        priority,
        true as is_dated
    from changes

    union all

    select
        tickets.ticket_id,
        tickets.opened_at as changed_at,
        0 as step,
        '' as change_id,
        'open' as state,
        case when not coalesce(known.has_priorities, false) then tickets.priority end as priority,
        true as is_dated
    from tickets
    left join known on tickets.ticket_id = known.ticket_id

    union all

    select
        tickets.ticket_id,
        coalesce(tickets.solved_at, known.last_changed_at, tickets.opened_at) as changed_at,
        3 as step,
        '' as change_id,
        'solved' as state,
        cast(null as varchar) as priority,
        tickets.solved_at is not null as is_dated
    from tickets
    left join known on tickets.ticket_id = known.ticket_id
    where
        not coalesce(known.is_ever_closed, false)
        and (
            tickets.solved_at >= tickets.opened_at
            or (tickets.solved_at is null and tickets.status in {{ closing_states }})
        )
),

numbered as (
    select
        *,
        row_number() over (
            partition by ticket_id order by changed_at, step, change_id
        ) as change_number
    from together
),

-- A change of one thing leaves the other as it was.
grouped as (
    select
        *,
        count(state) over (
            partition by ticket_id
            order by change_number
            rows between unbounded preceding and current row
        ) as state_group,
        count(priority) over (
            partition by ticket_id
            order by change_number
            rows between unbounded preceding and current row
        ) as priority_group,
        lead(changed_at) over (partition by ticket_id order by change_number) as next_changed_at
    from numbered
),

filled as (
    select
        ticket_id,
        change_number,
        changed_at,
        next_changed_at,
        is_dated,
        max(state) over (partition by ticket_id, state_group) as state,
        max(priority) over (partition by ticket_id, priority_group) as priority
    from grouped
),

lasting as (
    select
        *,
        case
            when state in {{ closing_states }} then 'solved'
            when state = 'pending' then 'pending'
            when state in ('hold', 'on-hold', 'on hold') then 'hold'
            else 'open'
        end as state_class
    from filled
    where next_changed_at > changed_at or next_changed_at is null
),

compared as (
    select
        *,
        lag(state_class) over (partition by ticket_id order by change_number) as class_before,
        lag(priority) over (partition by ticket_id order by change_number) as priority_before
    from lasting
),

started as (
    select *
    from compared
    where
        class_before is null
        or class_before <> state_class
        or coalesce(priority_before, '') <> coalesce(priority, '')
),

stretches as (
    select
        ticket_id,
        row_number() over (partition by ticket_id order by change_number) as stretch_number,
        changed_at as starts_at,
        coalesce(
            lead(changed_at) over (partition by ticket_id order by change_number),
            {{ as_of_end() }}
        ) as ends_at,
        lead(changed_at) over (partition by ticket_id order by change_number) is null as is_last,
        state_class,
        class_before,
        priority,
        priority_before,
        is_dated
    from started
)

select
    stretches.ticket_id,
    stretches.stretch_number,
    stretches.starts_at,
    stretches.ends_at,
    stretches.is_last,
    stretches.state_class,
    stretches.class_before,
    stretches.priority,
    stretches.priority_before,
    stretches.is_dated,
    coalesce(known.has_states, false) as has_states,
    {{ seconds_between('stretches.starts_at', 'stretches.ends_at') }} as elapsed_seconds,
    {{ business_clock('last_segment', 'stretches.ends_at') }}
    - {{ business_clock('first_segment', 'stretches.starts_at') }} as business_seconds
from stretches
inner join tickets on stretches.ticket_id = tickets.ticket_id
left join known on stretches.ticket_id = known.ticket_id
left join calendar as first_segment
    on {{ is_segment_of('first_segment', 'tickets.calendar_id', 'stretches.starts_at') }}
left join calendar as last_segment
    on {{ is_segment_of('last_segment', 'tickets.calendar_id', 'stretches.ends_at') }}
