{{ config(schema='core', contract={'enforced': false}) }}

{#- Pairs that importance may be read from, the first that has enough of them is taken. -#}
{%- set answered_pairs = [
    ('satisfaction_satisfaction', 'is_step_satisfied', 'is_whole_satisfied'),
    ('satisfaction_completion', 'is_step_satisfied', 'is_completed'),
    ('time_satisfaction', 'is_in_time', 'is_whole_satisfied'),
] -%}
{%- set methods = [
    'satisfaction_satisfaction', 'satisfaction_completion', 'time_satisfaction', 'time_completion',
] -%}
{%- set counts = ['n', 'first', 'second', 'both'] -%}

with

sums as (
    select * from {{ ref('int_journey_step_sums') }}
),

time_sums as (
    select * from {{ ref('int_journey_step_time_sums') }}
),

answers as (
    select * from {{ ref('int_journey_step_answers') }}
),

-- Whoever is still on the way has neither completed nor failed to.
from_sums as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        sum(late_count) as late_count,
        sum(timed_count) as timed_count,
        sum(case when outcome <> 'open' then timed_count else 0 end) as time_completion_n,
        sum(case when outcome <> 'open' then timed_count - late_count else 0 end)
            as time_completion_first,
        sum(case when outcome = 'completed' then timed_count else 0 end) as time_completion_second,
        sum(case when outcome = 'completed' then timed_count - late_count else 0 end)
            as time_completion_both
    from sums
    group by journey_id, segment, start_month, step_number
),

from_answers as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        {%- for name, first, second in answered_pairs %}
        sum(case when {{ first }} is not null and {{ second }} is not null then 1 else 0 end)
            as {{ name }}_n,
        sum(case when {{ first }} and {{ second }} is not null then 1 else 0 end)
            as {{ name }}_first,
        sum(case when {{ first }} is not null and {{ second }} then 1 else 0 end)
            as {{ name }}_second,
        sum(case when {{ first }} and {{ second }} then 1 else 0 end) as {{ name }}_both,
        {%- endfor %}
        count(is_whole_satisfied) as whole_n,
        sum(case when is_whole_satisfied then 1 else 0 end) as whole_satisfied
    from answers
    group by journey_id, segment, start_month, step_number
),

counted as (
    select
        from_sums.journey_id,
        from_sums.segment,
        from_sums.start_month,
        from_sums.step_number,
        sum(from_sums.late_count) as late_count,
        sum(from_sums.timed_count) as timed_count,
        {%- for method in methods %}
        {%- for count in counts %}
        coalesce(sum({{ method }}_{{ count }}), 0) as {{ method }}_{{ count }},
        {%- endfor %}
        {%- endfor %}
        coalesce(sum(from_answers.whole_n), 0) as whole_n,
        coalesce(sum(from_answers.whole_satisfied), 0) as whole_satisfied
    from from_sums
    left join from_answers
        on
            from_sums.journey_id = from_answers.journey_id
            and from_sums.segment = from_answers.segment
            and from_sums.start_month = from_answers.start_month
            and from_sums.step_number = from_answers.step_number
    group by
        from_sums.journey_id,
        from_sums.step_number,
        cube(from_sums.segment, from_sums.start_month)
),

by_time as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        time_since,
        time_bucket,
        sum(instances) as instances
    from time_sums
    group by journey_id, step_number, time_since, time_bucket, cube(segment, start_month)
),

cumulated as (
    {{ with_times_below(
        'by_time', 'instances',
        ['journey_id', 'segment', 'start_month', 'step_number', 'time_since']
    ) }}
),

percentiles as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        time_since,
        {{ percentile_bucket(50) }} as bucket_p50,
        {{ percentile_bucket(90) }} as bucket_p90
    from cumulated
    group by journey_id, segment, start_month, step_number, time_since
),

times as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        max(case when time_since = 'start' then bucket_p50 end) as from_start_p50,
        max(case when time_since = 'start' then bucket_p90 end) as from_start_p90,
        max(case when time_since = 'previous' then bucket_p50 end) as from_previous_p50,
        max(case when time_since = 'previous' then bucket_p90 end) as from_previous_p90
    from percentiles
    group by journey_id, segment, start_month, step_number
),

timed as (
    select
        counted.*,
        {{ hours_of_time_bucket('times.from_start_p50') }} as hours_p50,
        {{ hours_of_time_bucket('times.from_start_p90') }} as hours_p90,
        {{ hours_of_time_bucket('times.from_previous_p50') }} as hours_from_previous_p50,
        {{ hours_of_time_bucket('times.from_previous_p90') }} as hours_from_previous_p90
    from counted
    left join times
        on
            counted.journey_id = times.journey_id
            and counted.segment is not distinct from times.segment
            and counted.start_month is not distinct from times.start_month
            and counted.step_number = times.step_number
),

correlated as (
    select
        {%- for method in methods %}
        case
            when {{ method }}_n >= {{ var('minimum_sample_size') }}
                then {{ phi_coefficient(
                    method ~ '_n', method ~ '_first', method ~ '_second', method ~ '_both'
                ) }}
        end as {{ method }},
        {%- endfor %}
        *
    from timed
)

select
    journey_id,
    coalesce(segment, 'all') as segment,
    case when start_month is null then 'all' else 'month' end as period_grain,
    start_month,
    step_number,
    hours_p50,
    hours_p90,
    hours_from_previous_p50,
    hours_from_previous_p90,
    late_count,
    timed_count,
    -- The start has every instance.
    max(case when step_number = 0 then whole_n end) over cell as whole_n,
    max(case when step_number = 0 then whole_satisfied end) over cell as whole_satisfied,
    coalesce(
        satisfaction_satisfaction, satisfaction_completion, time_satisfaction, time_completion
    ) as importance,
    case
        {%- for method in methods %}
        when {{ method }} is not null then '{{ method }}'
        {%- endfor %}
    end as importance_method,
    case
        {%- for method in methods %}
        when {{ method }} is not null then {{ method }}_n
        {%- endfor %}
    end as importance_n
from correlated
window cell as (partition by journey_id, segment, start_month)
