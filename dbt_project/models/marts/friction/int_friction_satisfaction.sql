{{ config(schema='core', contract={'enforced': false}) }}

with

events as (
    select
        detector_id,
        customer_id,
        occurred_at
    from {{ ref('int_friction_events') }}
    where customer_id is not null
),

answers as (
    select
        answer_id,
        customer_id,
        segment,
        answered_at,
        is_satisfied
    from {{ ref('int_survey_verdicts') }}
    where customer_id is not null and is_satisfied is not null
),

touched as (
    select distinct
        detector_id,
        customer_id
    from events
),

moments as (
    select
        detector_id,
        customer_id,
        occurred_at,
        0 as step,
        occurred_at as met_at,
        cast(null as varchar) as answer_id,
        cast(null as varchar) as segment,
        cast(null as boolean) as is_satisfied
    from events

    union all

    select
        touched.detector_id,
        answers.customer_id,
        answers.answered_at as occurred_at,
        1 as step,
        cast(null as timestamp) as met_at,
        answers.answer_id,
        answers.segment,
        answers.is_satisfied
    from answers
    inner join touched on answers.customer_id = touched.customer_id
),

-- The last friction before each answer is a running maximum.
looked_back as (
    select
        *,
        max(met_at) over (
            partition by detector_id, customer_id
            order by occurred_at, step, answer_id
            rows between unbounded preceding and current row
        ) as last_met_at
    from moments
),

after_friction as (
    select
        detector_id,
        coalesce(segment, 'all') as segment,
        count(*) as answers,
        sum(case when is_satisfied then 1 else 0 end) as satisfied
    from looked_back
    where
        answer_id is not null
        and {{ seconds_between('last_met_at', 'occurred_at') }}
        <= {{ var('friction_satisfaction_days') * 86400 }}
    group by detector_id, cube(segment)
),

every_answer as (
    select
        coalesce(segment, 'all') as segment,
        count(*) as answers,
        sum(case when is_satisfied then 1 else 0 end) as satisfied
    from answers
    group by cube(segment)
),

compared as (
    select
        after_friction.detector_id,
        after_friction.segment,
        cast(after_friction.answers as bigint) as answers_after,
        cast(after_friction.satisfied as bigint) as satisfied_after,
        cast(every_answer.answers - after_friction.answers as bigint) as answers_otherwise,
        cast(every_answer.satisfied - after_friction.satisfied as bigint) as satisfied_otherwise
    from after_friction
    inner join every_answer on after_friction.segment = every_answer.segment
)

select
    detector_id,
    segment,
    answers_after,
    satisfied_after,
    answers_otherwise,
    satisfied_otherwise,
    least(answers_after, answers_otherwise) >= {{ var('minimum_sample_size') }} as is_enough,
    {{ newcombe_lower(
        'satisfied_after', 'answers_after', 'satisfied_otherwise', 'answers_otherwise'
    ) }} as difference_lower,
    {{ newcombe_upper(
        'satisfied_after', 'answers_after', 'satisfied_otherwise', 'answers_otherwise'
    ) }} as difference_upper
from compared
