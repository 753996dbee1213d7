{{ config(schema='core', contract={'enforced': false}) }}

{#- Pairs that importance may be read from, the first that has enough of them is taken. -#}
{%- set pairs = [
    ('satisfaction_satisfaction', 'is_step_satisfied', 'is_whole_satisfied'),
    ('satisfaction_completion', 'is_step_satisfied', 'is_completed'),
    ('time_satisfaction', 'is_in_time', 'is_whole_satisfied'),
    ('time_completion', 'is_in_time', 'is_completed'),
] -%}

with

journeys as (
    select * from {{ ref('journeys') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

satisfaction as (
    select * from {{ ref('int_journey_satisfaction') }}
),

-- At the end of the journey the step and the whole share one answer, which says nothing about how
-- they go together.
observed as (
    select
        reached_steps.journey_id,
        instances.segment,
        instances.start_month,
        reached_steps.step_number,
        reached_steps.hours_from_start,
        reached_steps.hours_from_previous,
        reached_steps.is_late,
        not reached_steps.is_late as is_in_time,
        case
            when reached_steps.touchpoint_id <> journeys.end_touchpoint_id
                then of_step.is_satisfied
        end as is_step_satisfied,
        of_whole.is_satisfied as is_whole_satisfied,
        case when instances.outcome <> 'open' then instances.outcome = 'completed' end
            as is_completed
    from reached_steps
    inner join instances on reached_steps.journey_instance_id = instances.journey_instance_id
    inner join journeys on reached_steps.journey_id = journeys.journey_id
    left join satisfaction as of_step
        on
            reached_steps.journey_instance_id = of_step.journey_instance_id
            and reached_steps.step_number = of_step.step_number
    left join satisfaction as of_whole
        on
            reached_steps.journey_instance_id = of_whole.journey_instance_id
            and of_whole.step_number is null
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        percentile_cont(0.5) within group (order by hours_from_start) as hours_p50,
        percentile_cont(0.9) within group (order by hours_from_start) as hours_p90,
        percentile_cont(0.5) within group (order by hours_from_previous)
            as hours_from_previous_p50,
        percentile_cont(0.9) within group (order by hours_from_previous)
            as hours_from_previous_p90,
        sum(case when is_late then 1 else 0 end) as late_count,
        count(is_late) as timed_count,
        count(is_whole_satisfied) as whole_n,
        {%- for name, first, second in pairs %}
        sum(case when {{ first }} is not null and {{ second }} is not null then 1 else 0 end)
            as {{ name }}_n,
        sum(case when {{ first }} and {{ second }} is not null then 1 else 0 end)
            as {{ name }}_first,
        sum(case when {{ first }} is not null and {{ second }} then 1 else 0 end)
            as {{ name }}_second,
        sum(case when {{ first }} and {{ second }} then 1 else 0 end) as {{ name }}_both,
        {%- endfor %}
        sum(case when is_whole_satisfied then 1 else 0 end) as whole_satisfied
    from observed
    group by journey_id, step_number, cube(segment, start_month)
),

correlated as (
    select
        {%- for name, first, second in pairs %}
        case
            when {{ name }}_n >= {{ var('minimum_sample_size') }}
                then {{ phi_coefficient(
                name ~ '_n', name ~ '_first', name ~ '_second', name ~ '_both'
            ) }}
        end as {{ name }},
        {%- endfor %}
        *
    from counted
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
        {%- for name, first, second in pairs %}
        when {{ name }} is not null then '{{ name }}'
        {%- endfor %}
    end as importance_method,
    case
        {%- for name, first, second in pairs %}
        when {{ name }} is not null then {{ name }}_n
        {%- endfor %}
    end as importance_n
from correlated
window cell as (partition by journey_id, segment, start_month)
