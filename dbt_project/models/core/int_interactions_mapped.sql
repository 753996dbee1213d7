{{ config(materialized='view') }}

with

interactions as (
    select * from {{ ref('int_interactions_unioned') }}
),

derived as (
    select * from {{ ref('int_interactions_derived') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

touchpoint_events as (
    select * from {{ ref('touchpoint_events') }}
),

recorded as (
    select
        interactions.source_name || ':' || interactions.interaction_id as interaction_id,
        customer_identities.customer_id,
        interactions.event_name,
        interactions.channel_id,
        interactions.occurred_at,
        {{ known_by_as_of('interactions.ended_at') }} as ended_at,
        interactions.duration_seconds,
        interactions.source_name || ':' || interactions.session_id as session_id,
        interactions.related_type,
        interactions.source_name || ':' || interactions.related_id as related_id,
        interactions.outcome,
        interactions.team,
        interactions.agent_id,
        interactions.page,
        interactions.source_name,
        interactions.load_id,
        {{ text_digest(
            "interactions.customer_key_type || '|' || interactions.customer_key"
        ) }} as customer_key_digest,
        false as is_derived
    from interactions
    left join customer_identities
        on
            interactions.customer_key_type = customer_identities.identity_type
            and interactions.customer_key = customer_identities.identity_value
),

together as (
    select
        interaction_id,
        customer_id,
        event_name,
        channel_id,
        occurred_at,
        ended_at,
        duration_seconds,
        session_id,
        related_type,
        related_id,
        outcome,
        team,
        agent_id,
        page,
        source_name,
        load_id,
        customer_key_digest,
        is_derived
    from recorded

    union all

    select
        interaction_id,
        customer_id,
        event_name,
        channel_id,
        occurred_at,
        cast(null as timestamp) as ended_at,
        cast(null as double) as duration_seconds,
        cast(null as varchar) as session_id,
        related_type,
        related_id,
        cast(null as varchar) as outcome,
        team,
        agent_id,
        cast(null as varchar) as page,
        source_name,
        cast(null as varchar) as load_id,
        null as customer_key_digest,
        true as is_derived
    from derived
),

-- What a source says of its own event goes before what is said of every source.
mapped as (
    select
        together.*,
        coalesce(own_events.touchpoint_id, any_events.touchpoint_id, 'unmapped') as touchpoint_id,
        coalesce(together.ended_at < together.occurred_at, false) as is_time_inverted,
        coalesce(customers.is_test, false) as is_test
    from together
    left join customers on together.customer_id = customers.customer_id
    left join touchpoint_events as own_events
        on
            together.source_name = own_events.source_name
            and together.event_name = own_events.event_name
    left join touchpoint_events as any_events
        on
            any_events.source_name = '*'
            and together.event_name = any_events.event_name
)

select
    interaction_id,
    customer_id,
    touchpoint_id,
    event_name,
    channel_id,
    occurred_at,
    ended_at,
    case
        when is_time_inverted then null
        when duration_seconds >= 0 then duration_seconds
        when duration_seconds is null then {{ seconds_between('occurred_at', 'ended_at') }}
    end as duration_seconds,
    is_time_inverted,
    session_id,
    related_type,
    related_id,
    outcome,
    team,
    agent_id,
    page,
    source_name,
    is_test,
    is_derived,
    load_id,
    customer_key_digest
from mapped
