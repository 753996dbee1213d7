with

steps as (
    select * from {{ ref('int_repurchase_steps') }}
),

stated as (
    select * from {{ ref('repurchase_cycles') }}
),

-- A share that meets the quantile up to rounding has reached it.
{%- set reached = {
    'quartile_1_days': ('survival_share', 0.75),
    'median_days': ('survival_share', 0.5),
    'median_days_lower': ('survival_share_lower', 0.5),
    'median_days_upper': ('survival_share_upper', 0.5),
    'quartile_3_days': ('survival_share', 0.25),
} %}

measured as (
    select
        sum(gap_count) as gap_count,
        sum(event_count) as observed_gap_count,
        sum(gap_days * event_count) * 1.0e0 / nullif(sum(event_count), 0) as mean_observed_days,
        {%- for name, (share, quantile) in reached.items() %}
        min(case when {{ share }} <= {{ quantile }} + 1e-12 then gap_days end) as {{ name }},
        {%- endfor %}
        dimension,
        dimension_value
    from steps
    group by dimension, dimension_value
),

at_stated as (
    select
        steps.dimension,
        steps.dimension_value,
        min(steps.survival_share) as survival_share
    from steps
    inner join stated
        on
            steps.dimension = stated.dimension
            and steps.dimension_value = stated.dimension_value
            and steps.gap_days <= stated.stated_days
    group by steps.dimension, steps.dimension_value
)

select
    measured.dimension,
    measured.dimension_value,
    cast(measured.gap_count as bigint) as gap_count,
    cast(measured.observed_gap_count as bigint) as observed_gap_count,
    cast(measured.gap_count - measured.observed_gap_count as bigint) as open_gap_count,
    cast(measured.quartile_1_days as bigint) as quartile_1_days,
    cast(measured.median_days as bigint) as median_days,
    cast(measured.median_days_lower as bigint) as median_days_lower,
    cast(measured.median_days_upper as bigint) as median_days_upper,
    cast(measured.quartile_3_days as bigint) as quartile_3_days,
    case
        when measured.observed_gap_count < {{ var('minimum_sample_size') }} then 'too few'
        when measured.median_days is null then 'less than half return'
        else 'ok'
    end as median_status,
    cast(measured.mean_observed_days as double) as mean_observed_days,
    stated.stated_days,
    cast(1.0e0 - at_stated.survival_share as double) as returned_by_stated_share,
    case
        when stated.stated_days is null then 'no stated cycle'
        when
            measured.observed_gap_count < {{ var('minimum_sample_size') }}
            or measured.median_days_lower is null
            then 'not to be told'
        when stated.stated_days < measured.median_days_lower then 'slower than stated'
        when stated.stated_days > measured.median_days_upper then 'faster than stated'
        else 'as stated'
    end as compared_with_stated
from measured
left join stated
    on
        measured.dimension = stated.dimension
        and measured.dimension_value = stated.dimension_value
left join at_stated
    on
        measured.dimension = at_stated.dimension
        and measured.dimension_value = at_stated.dimension_value
