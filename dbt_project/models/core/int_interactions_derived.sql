{{ config(materialized='view') }}

with

tickets as (
    select * from {{ ref('fct_tickets') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

offers as (
    select * from {{ ref('fct_offers') }}
),

complaint_reasons as (
    select * from {{ ref('complaint_reasons') }}
),

responses as (
    select
        response_id,
        source_name,
        min(customer_id) as customer_id,
        min(channel_id) as channel_id,
        min(answered_at) as answered_at
    from {{ ref('fct_survey_answers') }}
    group by response_id, source_name
),

ticket_moments as (
    {%- for event_name, moment in [
        ('ticket_opened', 'opened_at'),
        ('ticket_first_reply', 'first_replied_at'),
        ('ticket_solved', 'solved_at'),
    ] %}
    {% if not loop.first %}union all{% endif %}
    select
        ticket_id || '#{{ event_name }}' as interaction_id,
        customer_id,
        '{{ event_name }}' as event_name,
        channel_id,
        {{ moment }} as occurred_at,
        'ticket' as related_type,
        ticket_id as related_id,
        team,
        agent_id,
        source_name
    from tickets
    where {{ moment }} is not null
    {%- endfor %}
),

-- A ticket tells its last solution; one that did not hold is told by the event before it came back.
ticket_turns as (
    select
        ticket_event_id,
        ticket_id,
        occurred_at,
        lead(event_type) over (
            partition by ticket_id order by occurred_at, ticket_event_id
        ) = 'reopened' as is_reopened_next
    from ticket_events
    where event_type in ('solved', 'reopened')
),

broken_solutions as (
    select ticket_turns.ticket_event_id
    from ticket_turns
    inner join tickets on ticket_turns.ticket_id = tickets.ticket_id
    where
        ticket_turns.is_reopened_next
        and ticket_turns.occurred_at is distinct from tickets.solved_at
),

ticket_handling as (
    select
        ticket_event_id || '#ticket_' || event_type as interaction_id,
        customer_id,
        'ticket_' || event_type as event_name,
        channel_id,
        occurred_at,
        'ticket' as related_type,
        ticket_id as related_id,
        team,
        agent_id,
        source_name
    from ticket_events
    where
        event_type in ('reopened', 'transferred')
        or (
            event_type = 'solved'
            and ticket_event_id in (
                select broken_solutions.ticket_event_id
                from broken_solutions
            )
        )
),

complaints as (
    select
        tickets.ticket_id || '#complaint_made' as interaction_id,
        tickets.customer_id,
        'complaint_made' as event_name,
        tickets.channel_id,
        tickets.opened_at as occurred_at,
        'ticket' as related_type,
        tickets.ticket_id as related_id,
        tickets.team,
        tickets.agent_id,
        tickets.source_name
    from tickets
    inner join complaint_reasons on tickets.reason = complaint_reasons.reason
),

offer_moments as (
    {%- for event_name, moment, condition in [
        ('offer_made', 'offered_at', 'offered_at is not null'),
        ('offer_accepted', 'responded_at', 'responded_at is not null and is_accepted'),
        ('offer_declined', 'responded_at', 'responded_at is not null and not is_accepted'),
    ] %}
    {% if not loop.first %}union all{% endif %}
    select
        offer_event_id || '#{{ event_name }}' as interaction_id,
        customer_id,
        '{{ event_name }}' as event_name,
        channel_id,
        {{ moment }} as occurred_at,
        'offer' as related_type,
        offer_event_id as related_id,
        cast(null as varchar) as team,
        cast(null as varchar) as agent_id,
        source_name
    from offers
    where {{ condition }}
    {%- endfor %}
),

-- Where no source says when a refund was made, it is dated at the last moment known of its order,
-- the earliest at which it can have happened.
order_moments as (
    {%- for event_name, moment, condition in [
        ('order_placed', 'ordered_at', 'ordered_at is not null'),
        ('order_approved', 'approved_at', 'approved_at is not null'),
        ('order_shipped', 'shipped_at', 'shipped_at is not null'),
        ('order_delivered', 'delivered_at', 'delivered_at is not null'),
        ('refund_requested', 'refund_requested_at', 'refund_requested_at is not null'),
        ('order_refunded',
         'coalesce(refunded_at, delivered_at, shipped_at, approved_at, ordered_at)',
         'refund_amount > 0'),
    ] %}
    {% if not loop.first %}union all{% endif %}
    select
        order_id || '#{{ event_name }}' as interaction_id,
        customer_id,
        '{{ event_name }}' as event_name,
        channel_id,
        {{ moment }} as occurred_at,
        'order' as related_type,
        order_id as related_id,
        cast(null as varchar) as team,
        cast(null as varchar) as agent_id,
        source_name
    from orders
    where {{ condition }}
    {%- endfor %}
),

subscription_moments as (
    select
        subscription_change_id || '#subscription_' || change_type as interaction_id,
        customer_id,
        'subscription_' || change_type as event_name,
        cast(null as varchar) as channel_id,
        changed_at as occurred_at,
        'subscription' as related_type,
        subscription_id as related_id,
        cast(null as varchar) as team,
        cast(null as varchar) as agent_id,
        source_name
    from subscription_changes
),

survey_moments as (
    select
        response_id || '#survey_completed' as interaction_id,
        customer_id,
        'survey_completed' as event_name,
        channel_id,
        answered_at as occurred_at,
        'survey' as related_type,
        response_id as related_id,
        cast(null as varchar) as team,
        cast(null as varchar) as agent_id,
        source_name
    from responses
)

{% for origin in [
    'ticket_moments', 'ticket_handling', 'complaints', 'order_moments', 'subscription_moments',
    'offer_moments', 'survey_moments',
] %}
{%- if not loop.first %}

union all

{% endif -%}
select
    interaction_id,
    customer_id,
    event_name,
    channel_id,
    occurred_at,
    related_type,
    related_id,
    team,
    agent_id,
    source_name
from {{ origin }}
{%- endfor %}
