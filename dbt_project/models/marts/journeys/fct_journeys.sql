with

visits as (
    select * from {{ ref('int_journey_visits') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

instances as (
    select
        journey_instance_id,
        journey_id,
        min(occurred_at) as started_at,
        max(occurred_at) as last_visit_at,
        max(visit_number) as visit_count,
        max(case when is_end then 1 else 0 end) = 1 as is_completed
    from visits
    group by journey_instance_id, journey_id
),

last_visits as (
    select
        instances.journey_instance_id,
        visits.touchpoint_id,
        visits.customer_id,
        visits.related_id
    from instances
    inner join visits
        on
            instances.journey_instance_id = visits.journey_instance_id
            and instances.visit_count = visits.visit_number
),

progress as (
    select
        journey_instance_id,
        count(*) - 1 as steps_reached,
        max(step_number) as last_step_number
    from reached_steps
    group by journey_instance_id
),

judged as (
    select
        instances.journey_instance_id,
        instances.journey_id,
        instances.started_at,
        instances.last_visit_at,
        instances.visit_count,
        case
            when instances.is_completed then 'completed'
            when
                {{ add_days('instances.last_visit_at', 'journeys.abandon_after_days') }}
                < {{ add_days('cast(' ~ as_of_date() ~ ' as timestamp)', 1) }}
                then 'abandoned'
            else 'open'
        end as outcome,
        {{ add_days('instances.last_visit_at', 'journeys.abandon_after_days') }} as silent_until
    from instances
    inner join journeys on instances.journey_id = journeys.journey_id
)

select
    judged.journey_instance_id,
    judged.journey_id,
    last_visits.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    last_visits.related_id,
    judged.started_at,
    case when judged.outcome <> 'open' then judged.last_visit_at end as ended_at,
    case when judged.outcome = 'abandoned' then judged.silent_until end as abandoned_at,
    judged.outcome,
    case
        when judged.outcome <> 'open'
            then cast(
                {{ seconds_between('judged.started_at', 'judged.last_visit_at') }} / 3600.0e0
                as double
            )
    end as duration_hours,
    cast(judged.visit_count as bigint) as visit_count,
    cast(progress.steps_reached as bigint) as steps_reached,
    cast(progress.last_step_number as bigint) as last_step_number,
    last_visits.touchpoint_id as last_touchpoint_id
from judged
inner join last_visits on judged.journey_instance_id = last_visits.journey_instance_id
inner join progress on judged.journey_instance_id = progress.journey_instance_id
left join customers on last_visits.customer_id = customers.customer_id
