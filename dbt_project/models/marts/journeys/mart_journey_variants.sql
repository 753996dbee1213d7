with

sums as (
    select * from {{ ref('int_journey_variant_sums') }}
),

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
        path_length,
        sum(instances) as instances,
        sum(case when outcome = 'completed' then instances else 0 end) as completed,
        sum(case when outcome = 'abandoned' then instances else 0 end) as abandoned,
        sum(case when outcome = 'open' then instances else 0 end) as open_instances,
        sum(repeat_count) as repeat_count
    from sums
    group by journey_id, variant_id, path_length, cube(segment, start_month)
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
grouped as (
    select
        journey_id,
        segment,
        start_month,
        case
            when variant_rank <= {{ var('variants_shown') }} then variant_rank
            else {{ var('variants_shown') }} + 1
        end as shown_rank,
        count(*) as variant_count,
        sum(instances) as instances,
        sum(completed) as completed,
        sum(abandoned) as abandoned,
        sum(open_instances) as open_instances,
        sum(repeat_count) as repeat_count,
        case when count(*) = 1 then max(path_length) end as path_length,
        case when count(*) = 1 then max(variant_id) else '(other)' end as variant_id
    from ranked
    group by journey_id, segment, start_month, shown_rank
),

-- A tail of one variant is that variant.
shown_variants as (
    select distinct
        journey_id,
        variant_id
    from grouped
    where variant_id <> '(other)'
),

shown_instances as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        instances.variant_id,
        instances.journey_instance_id,
        instances.duration_hours
    from instances
    inner join shown_variants
        on
            instances.journey_id = shown_variants.journey_id
            and instances.variant_id = shown_variants.variant_id
),

durations as (
    select
        journey_id,
        segment,
        start_month,
        variant_id,
        percentile_cont(0.5) within group (order by duration_hours) as duration_hours_p50
    from shown_instances
    group by journey_id, variant_id, cube(segment, start_month)
),

-- Paths are spelled out for one instance of each variant that is shown.
examples as (
    select
        journey_id,
        variant_id,
        min(journey_instance_id) as journey_instance_id
    from shown_instances
    group by journey_id, variant_id
),

paths as (
    select
        examples.journey_id,
        examples.variant_id,
        {{ dbt.listagg('visits.touchpoint_id', "' > '", 'order by visits.visit_number') }} as path
    from visits
    inner join examples on visits.journey_instance_id = examples.journey_instance_id
    where not visits.is_repeat
    group by examples.journey_id, examples.variant_id
),

first_months as (
    select
        journey_id,
        min(start_month) as first_month
    from sums
    group by journey_id
)

select
    grouped.journey_id,
    coalesce(grouped.segment, 'all') as segment,
    case when grouped.start_month is null then 'all' else 'month' end as period_grain,
    coalesce(grouped.start_month, first_months.first_month) as period_start,
    cast(grouped.shown_rank as bigint) as variant_rank,
    grouped.variant_id,
    coalesce(paths.path, '(other)') as path,
    grouped.variant_count,
    cast(grouped.instances as bigint) as instances,
    grouped.instances * 1.0e0 / sum(grouped.instances) over (
        partition by grouped.journey_id, grouped.segment, grouped.start_month
    ) as share,
    cast(grouped.completed as bigint) as completed,
    cast(grouped.abandoned as bigint) as abandoned,
    cast(grouped.open_instances as bigint) as open_instances,
    grouped.completed * 1.0e0 / nullif(grouped.completed + grouped.abandoned, 0) as completion_rate,
    durations.duration_hours_p50,
    cast(grouped.repeat_count as bigint) as repeat_count,
    grouped.path_length
from grouped
inner join first_months on grouped.journey_id = first_months.journey_id
left join durations
    on
        grouped.journey_id = durations.journey_id
        and grouped.segment is not distinct from durations.segment
        and grouped.start_month is not distinct from durations.start_month
        and grouped.variant_id = durations.variant_id
left join paths
    on
        grouped.journey_id = paths.journey_id
        and grouped.variant_id = paths.variant_id
