with

instances as (
    select * from {{ ref('fct_journeys') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

late as (
    select distinct journey_instance_id
    from reached_steps
    where is_late
),

judged as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        instances.outcome,
        instances.required_steps_met * 1.0e0 / nullif(instances.required_steps, 0) as fitness,
        instances.required_steps_met = instances.required_steps as is_in_order,
        late.journey_instance_id is not null as is_late,
        instances.return_count > 0 as has_returns
    from instances
    left join late on instances.journey_instance_id = late.journey_instance_id
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        min(start_month) as first_month,
        count(*) as instances,
        sum(case when outcome = 'completed' then 1 else 0 end) as completed,
        sum(case when outcome = 'abandoned' then 1 else 0 end) as abandoned,
        sum(case when outcome = 'open' then 1 else 0 end) as open_instances,
        {{ exact_average("case when outcome = 'completed' then fitness end") }} as fitness,
        sum(case when outcome = 'completed' and is_in_order then 1 else 0 end) as in_order,
        sum(case when outcome = 'completed' and is_in_order and not is_late then 1 else 0 end)
            as as_designed,
        sum(case when has_returns then 1 else 0 end) as with_returns
    from judged
    group by journey_id, cube(segment, start_month)
)

select
    journey_id,
    coalesce(segment, 'all') as segment,
    case when start_month is null then 'all' else 'month' end as period_grain,
    coalesce(start_month, min(first_month) over (partition by journey_id)) as period_start,
    instances,
    cast(completed as bigint) as completed,
    cast(abandoned as bigint) as abandoned,
    cast(open_instances as bigint) as open_instances,
    fitness,
    in_order * 1.0e0 / nullif(completed, 0) as in_order_share,
    {{ wilson_lower('in_order', 'completed') }} as in_order_lower,
    {{ wilson_upper('in_order', 'completed') }} as in_order_upper,
    as_designed * 1.0e0 / nullif(completed, 0) as as_designed_share,
    with_returns * 1.0e0 / instances as return_share
from counted
