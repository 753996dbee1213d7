with

instances as (
    select * from {{ ref('fct_journeys') }}
),

required_steps as (
    select * from {{ ref('int_journey_required_steps') }}
    where required_rank > 0
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

visits as (
    select * from {{ ref('fct_journey_visits') }}
),

furthest as (
    select
        journey_instance_id,
        max(case when met_visit_number is not null then required_rank end) as furthest_rank
    from required_steps
    group by journey_instance_id
),

-- A step that an unfinished instance has not come to yet is no deviation.
missed as (
    select
        required_steps.journey_instance_id,
        required_steps.step_number,
        required_steps.touchpoint_id,
        case when required_steps.visit_count > 0 then 'out_of_order' else 'skipped' end as deviation
    from required_steps
    inner join instances on required_steps.journey_instance_id = instances.journey_instance_id
    inner join furthest on required_steps.journey_instance_id = furthest.journey_instance_id
    where
        required_steps.met_visit_number is null
        and (
            instances.outcome = 'completed'
            or required_steps.visit_count > 0
            or required_steps.required_rank < furthest.furthest_rank
        )
),

repeated as (
    select
        journey_instance_id,
        step_number,
        touchpoint_id,
        'repeated' as deviation
    from required_steps
    where visit_count > 1 and met_visit_number is not null
),

late as (
    select
        journey_instance_id,
        step_number,
        touchpoint_id,
        'late' as deviation
    from reached_steps
    where is_late
),

undeclared as (
    select distinct
        journey_instance_id,
        cast(null as bigint) as step_number,
        touchpoint_id,
        'undeclared' as deviation
    from visits
    where not is_declared
),

deviations as (
    select * from missed
    union all
    select * from repeated
    union all
    select * from late
    union all
    select * from undeclared
),

counted as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        deviations.deviation,
        deviations.step_number,
        deviations.touchpoint_id,
        count(*) as instances,
        count(distinct instances.customer_id) as customers,
        sum(case when instances.outcome = 'completed' then 1 else 0 end) as completed,
        sum(case when instances.outcome = 'abandoned' then 1 else 0 end) as abandoned
    from deviations
    inner join instances on deviations.journey_instance_id = instances.journey_instance_id
    group by
        instances.journey_id,
        deviations.deviation,
        deviations.step_number,
        deviations.touchpoint_id,
        cube(instances.segment, instances.start_month)
),

totals as (
    select
        journey_id,
        segment,
        start_month,
        min(start_month) as first_month,
        count(*) as instances,
        sum(case when outcome = 'completed' then 1 else 0 end) as completed,
        sum(case when outcome = 'abandoned' then 1 else 0 end) as abandoned
    from instances
    group by journey_id, cube(segment, start_month)
)

select
    counted.journey_id,
    coalesce(counted.segment, 'all') as segment,
    case when counted.start_month is null then 'all' else 'month' end as period_grain,
    coalesce(counted.start_month, wholes.first_month) as period_start,
    counted.deviation,
    counted.step_number,
    counted.touchpoint_id,
    counted.instances,
    counted.customers,
    counted.instances * 1.0e0 / totals.instances as share,
    cast(counted.completed as bigint) as completed,
    cast(counted.abandoned as bigint) as abandoned,
    counted.completed * 1.0e0 / nullif(counted.completed + counted.abandoned, 0)
        as completion_rate,
    (totals.completed - counted.completed) * 1.0e0
    / nullif(
        totals.completed - counted.completed + totals.abandoned - counted.abandoned, 0
    ) as completion_rate_without
from counted
inner join totals
    on
        counted.journey_id = totals.journey_id
        and counted.segment is not distinct from totals.segment
        and counted.start_month is not distinct from totals.start_month
inner join totals as wholes
    on
        counted.journey_id = wholes.journey_id
        and wholes.segment is null
        and wholes.start_month is null
