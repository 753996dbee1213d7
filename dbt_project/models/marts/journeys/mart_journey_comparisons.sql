{%- set today = "cast(" ~ as_of_date() ~ " as timestamp)" -%}
{%- set day_after = "cast(" ~ add_days(today, 1) ~ " as date)" -%}

with

step_sums as (
    select * from {{ ref('int_journey_step_sums') }}
),

feature_sums as (
    select * from {{ ref('int_journey_feature_sums') }}
),

deviations as (
    select * from {{ ref('mart_journey_deviations') }}
    where segment <> 'all' and period_grain = 'month'
),

declared_comparisons as (
    select * from {{ ref('journey_comparisons') }}
),

named_counts as (
    select * from {{ ref('int_journey_named_counts') }}
),

-- Every instance has one segment, one month and one outcome, so whatever is compared is a sum of
-- these cells. Beside what instances have stand the instances themselves.
measure_cells as (
    select
        journey_id,
        segment,
        start_month,
        outcome,
        measure_kind,
        measure,
        instances as having_count
    from feature_sums

    union all

    select
        journey_id,
        segment,
        start_month,
        outcome,
        case when step_number = 0 then 'instance' else 'step' end as measure_kind,
        case when step_number = 0 then '' else cast(step_number as varchar) end as measure,
        instances as having_count
    from step_sums
    {%- for outcome, counted in [
        ('completed', 'completed'),
        ('abandoned', 'abandoned'),
        ('open', 'instances - completed - abandoned'),
    ] %}

    union all

    select
        journey_id,
        segment,
        period_start as start_month,
        '{{ outcome }}' as outcome,
        'deviation' as measure_kind,
        deviation || ' ' || touchpoint_id || coalesce(' ' || cast(step_number as varchar), '')
            as measure,
        {{ counted }} as having_count
    from deviations
    {%- endfor %}
),

cells as (
    select
        journey_id,
        segment,
        start_month,
        outcome
    from measure_cells
    where measure_kind = 'instance'
),

segments as (
    select distinct
        journey_id,
        segment
    from cells
),

placed as (
    select
        cells.*,
        declared_comparisons.comparison_id as comparison,
        declared_comparisons.first_value as first_side,
        declared_comparisons.second_value as second_side,
        case declared_comparisons.dimension
            when 'segment' then cells.segment
            when 'outcome' then cells.outcome
            when 'month' then left(cast(cells.start_month as varchar), 7)
        end as own_value
    from cells
    inner join declared_comparisons
        on declared_comparisons.journey_id in (cells.journey_id, '*')
),

-- Which side of which comparison a cell stands on.
sided as (
    select
        cells.*,
        'segment' as comparison,
        segments.segment as first_side,
        'the rest' as second_side,
        false as is_declared,
        cells.segment = segments.segment as is_first
    from cells
    inner join segments on cells.journey_id = segments.journey_id

    union all

    select
        *,
        'outcome' as comparison,
        'completed' as first_side,
        'abandoned' as second_side,
        false as is_declared,
        outcome = 'completed' as is_first
    from cells
    where outcome <> 'open'
    {%- for period, months in [('month', 1), ('quarter', 3)] %}
    {%- set this_start = dbt.date_trunc(period, day_after) %}
    {%- set last_start = dbt.dateadd('month', -months, this_start) %}
    {%- set before_start = dbt.dateadd('month', -2 * months, this_start) %}

    union all

    select
        *,
        '{{ period }}' as comparison,
        cast(cast({{ last_start }} as date) as varchar) as first_side,
        cast(cast({{ before_start }} as date) as varchar) as second_side,
        false as is_declared,
        start_month >= {{ last_start }} as is_first
    from cells
    where
        start_month >= {{ before_start }}
        and start_month < {{ this_start }}
    {%- endfor %}

    union all

    select
        journey_id,
        segment,
        start_month,
        outcome,
        comparison,
        first_side,
        second_side,
        true as is_declared,
        own_value = first_side as is_first
    from placed
    where own_value = first_side or own_value = second_side or second_side = 'others'
),

totals as (
    select
        journey_id,
        measure_kind,
        measure,
        sum(having_count) as having_count
    from measure_cells
    where measure_kind <> 'deviation'
    group by journey_id, measure_kind, measure
),

held_against_others as (
    select distinct
        journey_id,
        comparison,
        first_side,
        second_side
    from named_counts
    where second_side = 'others'
),

-- What is declared gives no deviations.
counted as (
    select
        sided.journey_id,
        sided.comparison,
        sided.first_side,
        sided.second_side,
        sided.is_declared,
        measure_cells.measure_kind,
        measure_cells.measure,
        sum(case when sided.is_first then measure_cells.having_count else 0 end) as first_count,
        sum(case when not sided.is_first then measure_cells.having_count else 0 end) as second_count
    from sided
    inner join measure_cells
        on
            sided.journey_id = measure_cells.journey_id
            and sided.segment = measure_cells.segment
            and sided.start_month = measure_cells.start_month
            and sided.outcome = measure_cells.outcome
            and (not sided.is_declared or measure_cells.measure_kind <> 'deviation')
    group by
        sided.journey_id,
        sided.comparison,
        sided.first_side,
        sided.second_side,
        sided.is_declared,
        measure_cells.measure_kind,
        measure_cells.measure

    union all

    select
        journey_id,
        comparison,
        first_side,
        second_side,
        true as is_declared,
        measure_kind,
        measure,
        first_count,
        second_count
    from named_counts
    where second_side <> 'others'

    union all

    select
        held_against_others.journey_id,
        held_against_others.comparison,
        held_against_others.first_side,
        held_against_others.second_side,
        true as is_declared,
        totals.measure_kind,
        totals.measure,
        coalesce(named_counts.first_count, 0) as first_count,
        totals.having_count - coalesce(named_counts.first_count, 0) as second_count
    from held_against_others
    inner join totals on held_against_others.journey_id = totals.journey_id
    left join named_counts
        on
            held_against_others.journey_id = named_counts.journey_id
            and held_against_others.comparison = named_counts.comparison
            and totals.measure_kind = named_counts.measure_kind
            and totals.measure = named_counts.measure
),

-- What is declared is compared where both sides are there.
sizes as (
    select
        journey_id,
        comparison,
        first_side,
        second_side,
        first_count as first_instances,
        second_count as second_instances
    from counted
    where
        measure_kind = 'instance'
        and (not is_declared or (first_count > 0 and second_count > 0))
),

compared as (
    select
        counted.journey_id,
        counted.comparison,
        counted.first_side,
        counted.second_side,
        counted.measure_kind,
        counted.measure,
        counted.first_count,
        counted.second_count,
        sizes.first_instances,
        sizes.second_instances,
        sizes.first_instances < {{ var('minimum_sample_size') }}
        or sizes.second_instances < {{ var('minimum_sample_size') }} as is_too_few
    from counted
    inner join sizes
        on
            counted.journey_id = sizes.journey_id
            and counted.comparison = sizes.comparison
            and counted.first_side = sizes.first_side
            and counted.second_side = sizes.second_side
    where
        counted.measure_kind <> 'instance'
        and counted.first_count + counted.second_count > 0
),

tested as (
    select
        *,
        case when not is_too_few then {{ two_proportion_z(
            'first_count', 'first_instances', 'second_count', 'second_instances'
        ) }} end as z
    from compared
),

p_values as (
    select
        *,
        {{ two_sided_p_value('z') }} as p_value
    from tested
),

adjusted as (
    {{ with_adjusted_p_values(
        'p_values',
        partition_by=['journey_id', 'comparison', 'first_side'],
        order_by=['measure_kind', 'measure']
    ) }}
)

select
    journey_id,
    comparison,
    first_side,
    second_side,
    measure_kind,
    measure,
    cast(first_count as bigint) as first_count,
    cast(first_instances as bigint) as first_instances,
    first_count * 1.0e0 / nullif(first_instances, 0) as first_share,
    cast(second_count as bigint) as second_count,
    cast(second_instances as bigint) as second_instances,
    second_count * 1.0e0 / nullif(second_instances, 0) as second_share,
    first_count * 1.0e0 / nullif(first_instances, 0)
    - second_count * 1.0e0 / nullif(second_instances, 0) as difference,
    z,
    p_value,
    adjusted_p_value,
    is_too_few,
    coalesce(adjusted_p_value < {{ var('significance_level') }}, false) as is_significant
from adjusted
