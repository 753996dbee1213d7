{{ config(schema='core', contract={'enforced': false}) }}

with

interactions as (
    select * from {{ ref('fct_interactions') }}
),

contact_touchpoints as (
    select * from {{ ref('contact_touchpoints') }}
    where role = 'contact'
),

tickets as (
    select * from {{ ref('int_service_tickets') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

reasons as (
    select * from {{ ref('contact_reasons') }}
),

messages as (
    select
        ticket_id,
        ticket_event_id,
        occurred_at,
        event_type,
        agent_id,
        message_channel_id,
        lag(event_type) over (
            partition by ticket_id order by occurred_at, ticket_event_id
        ) as type_before,
        lag(occurred_at) over (
            partition by ticket_id order by occurred_at, ticket_event_id
        ) as occurred_before
    from ticket_events
    where event_type in ('opened', 'replied', 'customer_replied', 'solved', 'reopened')
),

-- The customer writes again, and nobody has answered since the customer's own last message.
chases as (
    select
        messages.ticket_event_id || '#chase' as contact_id,
        tickets.customer_id,
        'support_contact' as touchpoint_id,
        'chase' as contact_kind,
        coalesce(messages.message_channel_id, tickets.channel_id) as channel_id,
        messages.occurred_at,
        cast(null as double) as duration_seconds,
        tickets.ticket_id,
        tickets.ticket_id as related_id,
        tickets.team,
        tickets.agent_id,
        tickets.source_name
    from messages
    inner join tickets on messages.ticket_id = tickets.ticket_id
    where
        messages.event_type = 'customer_replied'
        and messages.type_before in ('opened', 'customer_replied')
        and {{ seconds_between('messages.occurred_before', 'messages.occurred_at') }}
        >= {{ var('status_chase_hours') * 3600 }}
),

recorded as (
    select
        interactions.interaction_id as contact_id,
        interactions.customer_id,
        interactions.touchpoint_id,
        case
            when interactions.touchpoint_id = 'support_reopen' then 'reopen' else 'contact'
        end as contact_kind,
        interactions.channel_id,
        interactions.occurred_at,
        interactions.duration_seconds,
        case when interactions.related_type = 'ticket' then interactions.related_id end
            as ticket_id,
        interactions.related_id,
        interactions.team,
        interactions.agent_id,
        interactions.source_name
    from interactions
    inner join contact_touchpoints
        on interactions.touchpoint_id = contact_touchpoints.touchpoint_id

    union all

    select
        contact_id,
        customer_id,
        touchpoint_id,
        contact_kind,
        channel_id,
        occurred_at,
        duration_seconds,
        ticket_id,
        related_id,
        team,
        agent_id,
        source_name
    from chases
),

described as (
    select
        recorded.*,
        coalesce(customers.segment, 'unknown') as segment,
        tickets.reason,
        reasons.topic
    from recorded
    left join customers on recorded.customer_id = customers.customer_id
    left join tickets on recorded.ticket_id = tickets.ticket_id
    left join reasons on tickets.reason = reasons.reason
    where not coalesce(customers.is_test, false)
),

-- What somebody wants for one reason is one matter; where either is unknown, only what hangs on the
-- same ticket is.
keyed as (
    select
        *,
        case
            when customer_id is not null and reason is not null
                then 'reason|' || customer_id || '|' || reason
            when related_id is not null then 'related|' || related_id
            else 'contact|' || contact_id
        end as matter
    from described
),

compared as (
    select
        *,
        lag(occurred_at) over (partition by matter order by occurred_at, contact_id)
            as previous_at,
        lag(related_id) over (partition by matter order by occurred_at, contact_id)
            as previous_related_id
    from keyed
),

broken as (
    select
        *,
        case
            when previous_at is null then 1
            when related_id = previous_related_id then 0
            when
                occurred_at
                < {{ add_days('previous_at', var('contact_chain_days')) }}
                then 0
            else 1
        end as is_new_chain
    from compared
),

numbered as (
    select
        *,
        sum(is_new_chain) over (
            partition by matter
            order by occurred_at, contact_id
            rows between unbounded preceding and current row
        ) as chain_number
    from broken
)

select
    contact_id,
    customer_id,
    segment,
    touchpoint_id,
    contact_kind,
    channel_id,
    occurred_at,
    duration_seconds,
    ticket_id,
    reason,
    topic,
    team,
    agent_id,
    {{ dbt.hash("matter || '|' || cast(chain_number as varchar)") }} as chain_id,
    case when reason is not null and customer_id is not null then previous_at end
        as same_reason_before_at,
    source_name
from numbered
