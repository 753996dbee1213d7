with

instances as (
    select * from {{ ref('fct_journeys') }}
),

deviations as (
    select * from {{ ref('fct_journey_deviations') }}
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        deviation,
        step_number,
        touchpoint_id,
        count(*) as instances,
        count(distinct customer_id) as customers,
        sum(case when outcome = 'completed' then 1 else 0 end) as completed,
        sum(case when outcome = 'abandoned' then 1 else 0 end) as abandoned
    from deviations
    group by
        journey_id,
        deviation,
        step_number,
        touchpoint_id,
        cube(segment, start_month)
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
