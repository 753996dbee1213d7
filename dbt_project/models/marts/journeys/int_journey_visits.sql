with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

declared as (
    select
        journey_id,
        start_touchpoint_id as touchpoint_id,
        0 as step_number
    from journeys
    union all
    select
        journey_id,
        touchpoint_id,
        step_number
    from journey_steps
),

-- A touchpoint may stand at several steps of one journey; its first place decides ties in time.
journey_touchpoints as (
    select
        journeys.journey_id,
        declared.touchpoint_id,
        journeys.instance_scope,
        journeys.abandon_after_days,
        journeys.is_repeatable,
        declared.touchpoint_id = journeys.start_touchpoint_id as is_start,
        declared.touchpoint_id = journeys.end_touchpoint_id as is_end,
        min(declared.step_number) as declared_order
    from declared
    inner join journeys on declared.journey_id = journeys.journey_id
    group by
        journeys.journey_id,
        declared.touchpoint_id,
        journeys.instance_scope,
        journeys.abandon_after_days,
        journeys.is_repeatable,
        journeys.start_touchpoint_id,
        journeys.end_touchpoint_id
),

-- Only interactions that some journey declares go on from here, and only their slim part.
candidates as (
    select
        journey_touchpoints.journey_id,
        journey_touchpoints.abandon_after_days,
        journey_touchpoints.is_repeatable,
        journey_touchpoints.is_start,
        journey_touchpoints.is_end,
        journey_touchpoints.declared_order,
        case journey_touchpoints.instance_scope
            when 'customer' then interactions.customer_id
            when 'related' then interactions.related_type || '|' || interactions.related_id
        end as scope_key,
        interactions.interaction_id,
        interactions.customer_id,
        interactions.related_id,
        interactions.touchpoint_id,
        interactions.channel_id,
        interactions.occurred_at
    from interactions
    inner join journey_touchpoints
        on interactions.touchpoint_id = journey_touchpoints.touchpoint_id
    left join customers on interactions.customer_id = customers.customer_id
    where not coalesce(customers.is_test, false)
),

in_order as (
    select
        *,
        lag(occurred_at) over scope_order as previous_at,
        coalesce(lag(is_end) over scope_order, false) as is_after_end,
        row_number() over scope_order as scope_position
    from candidates
    where scope_key is not null
    window scope_order as (
        partition by journey_id, scope_key
        order by occurred_at, declared_order, interaction_id
    )
),

-- Whatever was open is over after an end and after a silence longer than declared. Between two such
-- breaks at most one instance lives: from the first start to the break.
stretches as (
    select
        *,
        sum(case
            when is_after_end then 1
            when occurred_at > {{ add_days('previous_at', 'abandon_after_days') }} then 1
            else 0
        end) over scope_order as stretch_number,
        max(case when is_after_end then 1 else 0 end) over scope_order = 1 as is_after_any_end
    from in_order
    window scope_order as (
        partition by journey_id, scope_key
        order by scope_position
        rows between unbounded preceding and current row
    )
),

opened as (
    select
        *,
        min(case when is_start then scope_position end) over (
            partition by journey_id, scope_key, stretch_number
        ) as start_position
    from stretches
    where is_repeatable or not is_after_any_end
),

instance_visits as (
    select
        *,
        scope_position - start_position + 1 as visit_number,
        first_value(interaction_id) over stretch_order as start_interaction_id,
        first_value(customer_id) over stretch_order as instance_customer_id,
        first_value(related_id) over stretch_order as instance_related_id
    from opened
    where scope_position >= start_position
    window stretch_order as (
        partition by journey_id, scope_key, stretch_number
        order by scope_position
    )
)

select
    'j' || left(md5(journey_id || '|' || start_interaction_id), 16) as journey_instance_id,
    journey_id,
    visit_number,
    instance_customer_id as customer_id,
    instance_related_id as related_id,
    interaction_id,
    touchpoint_id,
    channel_id,
    occurred_at,
    is_end
from instance_visits
