{%- set today = "cast(" ~ as_of_date() ~ " as timestamp)" -%}
{%- set day_after = "cast(" ~ add_days(today, 1) ~ " as date)" -%}

with

instances as (
    select * from {{ ref('fct_journeys') }}
),

visits as (
    select * from {{ ref('fct_journey_visits') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

deviations as (
    select * from {{ ref('mart_journey_deviations') }}
    where segment <> 'all' and period_grain = 'month'
),

declared_comparisons as (
    select * from {{ ref('journey_comparisons') }}
),

customer_segments as (
    select * from {{ ref('mart_segments') }}
),

-- An instance has a measure or has it not, however often.
features as (
    select distinct
        journey_instance_id,
        'touchpoint' as measure_kind,
        touchpoint_id as measure
    from visits

    union all

    select distinct
        journey_instance_id,
        'transition' as measure_kind,
        previous_touchpoint_id || ' > ' || touchpoint_id as measure
    from visits
    where previous_touchpoint_id is not null

    union all

    select
        journey_instance_id,
        'step' as measure_kind,
        cast(step_number as varchar) as measure
    from reached_steps
    where step_number > 0
),

-- Every instance has one segment, one month and one outcome, so whatever is compared is a sum of
-- these cells and the instances are read once.
feature_cells as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        instances.outcome,
        features.measure_kind,
        features.measure,
        count(*) as having_count
    from features
    inner join instances on features.journey_instance_id = instances.journey_instance_id
    group by
        instances.journey_id,
        instances.segment,
        instances.start_month,
        instances.outcome,
        features.measure_kind,
        features.measure
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
        outcome,
        count(*) as instances
    from instances
    group by journey_id, segment, start_month, outcome
),

segments as (
    select distinct
        journey_id,
        segment
    from instances
),

-- Which side of which comparison a cell stands on.
sided as (
    select
        cells.*,
        'segment' as comparison,
        segments.segment as first_side,
        'the rest' as second_side,
        cells.segment = segments.segment as is_first
    from cells
    inner join segments on cells.journey_id = segments.journey_id

    union all

    select
        *,
        'outcome' as comparison,
        'completed' as first_side,
        'abandoned' as second_side,
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
        start_month >= {{ last_start }} as is_first
    from cells
    where
        start_month >= {{ before_start }}
        and start_month < {{ this_start }}
    {%- endfor %}
),

-- What a company declares is compared instance by instance, and only what it names.
described as (
    select
        instances.journey_id,
        instances.journey_instance_id,
        instances.segment,
        coalesce(customer_segments.persona_id, 'unknown') as persona,
        coalesce(customer_segments.lifecycle_state, 'unknown') as lifecycle,
        coalesce(visits.channel_id, 'unknown') as channel,
        instances.outcome,
        cast(instances.start_month as varchar) as start_day
    from instances
    inner join visits
        on
            instances.journey_instance_id = visits.journey_instance_id
            and visits.visit_number = 1
    left join customer_segments on instances.customer_id = customer_segments.customer_id
),

placed as (
    select
        declared_comparisons.comparison_id as comparison,
        declared_comparisons.first_value as first_side,
        declared_comparisons.second_value as second_side,
        described.journey_id,
        described.journey_instance_id,
        case declared_comparisons.dimension
            when 'segment' then described.segment
            when 'persona' then described.persona
            when 'lifecycle' then described.lifecycle
            when 'channel' then described.channel
            when 'outcome' then described.outcome
            when 'month' then left(described.start_day, 7)
        end as own_value
    from described
    inner join declared_comparisons
        on declared_comparisons.journey_id in (described.journey_id, '*')
),

declared_sides as (
    select
        journey_id,
        journey_instance_id,
        comparison,
        first_side,
        second_side,
        own_value = first_side as is_first
    from placed
    where own_value = first_side or own_value = second_side or second_side = 'others'
),

sizes as (
    select
        journey_id,
        comparison,
        first_side,
        second_side,
        sum(case when is_first then instances else 0 end) as first_instances,
        sum(case when not is_first then instances else 0 end) as second_instances
    from sided
    group by journey_id, comparison, first_side, second_side

    union all

    select
        journey_id,
        comparison,
        first_side,
        second_side,
        sum(case when is_first then 1 else 0 end) as first_instances,
        sum(case when not is_first then 1 else 0 end) as second_instances
    from declared_sides
    group by journey_id, comparison, first_side, second_side
    having count(distinct is_first) = 2
),

counted as (
    select
        sided.journey_id,
        sided.comparison,
        sided.first_side,
        sided.second_side,
        feature_cells.measure_kind,
        feature_cells.measure,
        sum(case when sided.is_first then feature_cells.having_count else 0 end) as first_count,
        sum(case when not sided.is_first then feature_cells.having_count else 0 end) as second_count
    from sided
    inner join feature_cells
        on
            sided.journey_id = feature_cells.journey_id
            and sided.segment = feature_cells.segment
            and sided.start_month = feature_cells.start_month
            and sided.outcome = feature_cells.outcome
    group by
        sided.journey_id,
        sided.comparison,
        sided.first_side,
        sided.second_side,
        feature_cells.measure_kind,
        feature_cells.measure

    union all

    select
        declared_sides.journey_id,
        declared_sides.comparison,
        declared_sides.first_side,
        declared_sides.second_side,
        features.measure_kind,
        features.measure,
        sum(case when declared_sides.is_first then 1 else 0 end) as first_count,
        sum(case when not declared_sides.is_first then 1 else 0 end) as second_count
    from declared_sides
    inner join features on declared_sides.journey_instance_id = features.journey_instance_id
    group by
        declared_sides.journey_id,
        declared_sides.comparison,
        declared_sides.first_side,
        declared_sides.second_side,
        features.measure_kind,
        features.measure
),

compared as (
    select
        counted.*,
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
    where counted.first_count + counted.second_count > 0
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
