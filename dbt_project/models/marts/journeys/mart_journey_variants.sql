with

instances as (
    select * from {{ ref('fct_journeys') }}
),

visits as (
    select * from {{ ref('fct_journey_visits') }}
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        variant_id,
        count(*) as instances,
        count(distinct customer_id) as customers,
        sum(case when outcome = 'completed' then 1 else 0 end) as completed,
        sum(case when outcome = 'abandoned' then 1 else 0 end) as abandoned,
        sum(case when outcome = 'open' then 1 else 0 end) as open_instances,
        percentile_cont(0.5) within group (order by duration_hours) as duration_hours_p50,
        sum(repeat_count) as repeat_count,
        min(path_length) as path_length,
        min(journey_instance_id) as example_instance_id
    from instances
    group by journey_id, variant_id, cube(segment, start_month)
),

ranked as (
    select
        *,
        row_number() over (
            partition by journey_id, segment, start_month order by instances desc, variant_id asc
        ) as variant_rank
    from counted
),

-- The long tail is one row, so that the shares of a journey still add up to one.
gathered as (
    select
        journey_id,
        segment,
        start_month,
        case
            when variant_rank <= {{ var('variants_shown') }} then variant_rank
            else {{ var('variants_shown') }} + 1
        end as variant_rank,
        instances,
        customers,
        completed,
        abandoned,
        open_instances,
        duration_hours_p50,
        repeat_count,
        path_length,
        variant_id,
        example_instance_id
    from ranked
),

grouped as (
    select
        journey_id,
        segment,
        start_month,
        variant_rank,
        count(*) as variant_count,
        sum(instances) as instances,
        case when count(*) = 1 then max(customers) end as customers,
        sum(completed) as completed,
        sum(abandoned) as abandoned,
        sum(open_instances) as open_instances,
        case when count(*) = 1 then max(duration_hours_p50) end as duration_hours_p50,
        sum(repeat_count) as repeat_count,
        case when count(*) = 1 then max(path_length) end as path_length,
        case when count(*) = 1 then max(variant_id) else '(other)' end as variant_id,
        case when count(*) = 1 then max(example_instance_id) end as example_instance_id
    from gathered
    group by journey_id, segment, start_month, variant_rank
),

examples as (
    select distinct example_instance_id
    from grouped
),

-- Paths are spelled out for one instance of each variant that is shown.
paths as (
    select
        visits.journey_instance_id,
        {{ dbt.listagg('visits.touchpoint_id', "' > '", 'order by visits.visit_number') }} as path
    from visits
    inner join examples on visits.journey_instance_id = examples.example_instance_id
    where not visits.is_repeat
    group by visits.journey_instance_id
),

first_months as (
    select
        journey_id,
        min(start_month) as first_month
    from instances
    group by journey_id
)

select
    grouped.journey_id,
    coalesce(grouped.segment, 'all') as segment,
    case when grouped.start_month is null then 'all' else 'month' end as period_grain,
    coalesce(grouped.start_month, first_months.first_month) as period_start,
    cast(grouped.variant_rank as bigint) as variant_rank,
    grouped.variant_id,
    coalesce(paths.path, '(other)') as path,
    grouped.variant_count,
    cast(grouped.instances as bigint) as instances,
    grouped.customers,
    grouped.instances * 1.0e0 / sum(grouped.instances) over (
        partition by grouped.journey_id, grouped.segment, grouped.start_month
    ) as share,
    cast(grouped.completed as bigint) as completed,
    cast(grouped.abandoned as bigint) as abandoned,
    cast(grouped.open_instances as bigint) as open_instances,
    grouped.completed * 1.0e0 / nullif(grouped.completed + grouped.abandoned, 0) as completion_rate,
    grouped.duration_hours_p50,
    cast(grouped.repeat_count as bigint) as repeat_count,
    grouped.path_length
from grouped
inner join first_months on grouped.journey_id = first_months.journey_id
left join paths on grouped.example_instance_id = paths.journey_instance_id
