{{ config(schema='core', contract={'enforced': false}) }}

with

interactions as (
    select * from {{ ref('int_interactions_unioned') }}
),

clickstream_events as (
    select * from {{ ref('clickstream_events') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- Only what a visitor does on the site goes on from here: the stream itself is never sorted.
web_events as (
    select
        interactions.source_name || ':' || interactions.interaction_id as interaction_id,
        interactions.source_name,
        customer_identities.customer_id,
        md5(
            coalesce(
                customer_identities.customer_id,
                interactions.customer_key_type || '|' || interactions.customer_key,
                interactions.source_name || ':' || interactions.interaction_id
            )
        ) as visitor_id,
        interactions.source_name || ':' || interactions.session_id as session_id,
        interactions.channel_id,
        interactions.occurred_at,
        clickstream_events.event_kind,
        interactions.event_name,
        interactions.page as element,
        {{ dbt.split_part('interactions.page', "'#'", 1) }} as page,
        interactions.marketing_channel
    from interactions
    inner join clickstream_events
        on
            interactions.source_name = clickstream_events.source_name
            and interactions.event_name = clickstream_events.event_name
    left join customer_identities
        on
            interactions.customer_key_type = customer_identities.identity_type
            and interactions.customer_key = customer_identities.identity_value
    left join customers on customer_identities.customer_id = customers.customer_id
    where not coalesce(customers.is_test, false)
),

followed as (
    select
        *,
        lag(occurred_at) over (
            partition by source_name, visitor_id
            order by occurred_at, interaction_id
        ) as previous_at
    from web_events
    where session_id is null
),

stretches as (
    select
        *,
        sum(
            case
                when
                    {{ seconds_between('previous_at', 'occurred_at') }}
                    <= 60 * {{ var('web_session_silence_minutes') }}
                    then 0
                else 1
            end
        ) over (
            partition by source_name, visitor_id
            order by occurred_at, interaction_id
            rows between unbounded preceding and current row
        ) as stretch_number
    from followed
),

in_sessions as (
    select
        interaction_id,
        source_name,
        session_id as web_session_id,
        true as is_session_given,
        customer_id,
        visitor_id,
        channel_id,
        occurred_at,
        event_kind,
        event_name,
        element,
        page,
        marketing_channel
    from web_events
    where session_id is not null

    union all

    select
        interaction_id,
        source_name,
        source_name || ':' || visitor_id || ':' || cast(stretch_number as varchar)
            as web_session_id,
        false as is_session_given,
        customer_id,
        visitor_id,
        channel_id,
        occurred_at,
        event_kind,
        event_name,
        element,
        page,
        marketing_channel
    from stretches
),

in_order as (
    select
        *,
        row_number() over session_order as event_number,
        lead(occurred_at) over session_order as next_at,
        lead(page) over session_order as next_page
    from in_sessions
    window session_order as (
        partition by web_session_id
        order by occurred_at, interaction_id
    )
),

-- The click that completes a burst: so many on one thing within so many seconds.
clicks as (
    select
        interaction_id,
        web_session_id,
        element,
        occurred_at,
        coalesce(
            {{ seconds_between(
                'lag(occurred_at, ' ~ (var('rage_click_count') - 1) ~ ') over element_order',
                'occurred_at'
            ) }} <= {{ var('rage_click_seconds') }},
            false
        ) as is_in_burst
    from in_sessions
    where event_kind = 'click'
    window element_order as (
        partition by web_session_id, event_name, element
        order by occurred_at, interaction_id
    )
),

bursts as (
    select
        interaction_id,
        is_in_burst
        and not coalesce(
            lag(is_in_burst) over (
                partition by web_session_id, element
                order by occurred_at, interaction_id
            ),
            false
        ) as is_rage_click
    from clicks
)

select
    in_order.interaction_id,
    in_order.web_session_id,
    in_order.is_session_given,
    in_order.event_number,
    in_order.customer_id,
    in_order.visitor_id,
    in_order.channel_id,
    in_order.occurred_at,
    in_order.event_kind,
    in_order.event_name,
    in_order.page,
    in_order.element,
    in_order.next_page,
    {{ seconds_between('in_order.occurred_at', 'in_order.next_at') }} as seconds_to_next,
    coalesce(bursts.is_rage_click, in_order.event_kind = 'rage_click') as is_rage_click,
    in_order.marketing_channel,
    in_order.source_name
from in_order
left join bursts on in_order.interaction_id = bursts.interaction_id
