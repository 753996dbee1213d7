{{ config(schema='core', contract={'enforced': false}) }}

with

verdicts as (
    select * from {{ ref('int_survey_verdicts') }}
    where is_satisfied is not null and customer_id is not null
),

journeys as (
    select * from {{ ref('journeys') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
    where customer_id is not null
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
    where customer_id is not null
),

-- What an answer may be about: a step at its own touchpoint, and the journey as a whole at its end
-- or at no touchpoint at all.
moments as (
    select
        journey_instance_id,
        journey_id,
        customer_id,
        step_number,
        touchpoint_id,
        reached_at as moment_at
    from reached_steps

    union all

    select
        instances.journey_instance_id,
        instances.journey_id,
        instances.customer_id,
        cast(null as bigint) as step_number,
        journeys.end_touchpoint_id as touchpoint_id,
        instances.ended_at as moment_at
    from instances
    inner join journeys on instances.journey_id = journeys.journey_id
    where instances.ended_at is not null

    union all

    select
        journey_instance_id,
        journey_id,
        customer_id,
        cast(null as bigint) as step_number,
        '(none)' as touchpoint_id,
        ended_at as moment_at
    from instances
    where ended_at is not null
),

-- Who comes twice answers about the last time.
claimed as (
    select
        moments.journey_instance_id,
        moments.journey_id,
        moments.step_number,
        verdicts.answer_id,
        verdicts.answered_at,
        verdicts.is_satisfied,
        row_number() over (
            partition by moments.journey_id, moments.step_number, verdicts.answer_id
            order by moments.moment_at desc, moments.journey_instance_id asc
        ) as claim_rank
    from verdicts
    inner join moments
        on
            verdicts.customer_id = moments.customer_id
            and coalesce(verdicts.touchpoint_id, '(none)') = moments.touchpoint_id
            and verdicts.answered_at >= moments.moment_at
            and verdicts.answered_at
            < {{ add_days('moments.moment_at', var('journey_survey_days')) }}
),

-- One answer speaks for one instance: the first.
first_answers as (
    select
        *,
        row_number() over (
            partition by journey_instance_id, step_number order by answered_at, answer_id
        ) as answer_rank
    from claimed
    where claim_rank = 1
)

select
    journey_instance_id,
    journey_id,
    step_number,
    answer_id,
    answered_at,
    is_satisfied
from first_answers
where answer_rank = 1
