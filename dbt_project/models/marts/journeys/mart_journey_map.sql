with

funnel as (
    select * from {{ ref('mart_journey_funnel') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where is_on_scale
),

questions as (
    select
        *,
        case when scale_maximum - scale_minimum > 1 then 1 else 0 end as best_steps
    from {{ ref('survey_questions') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

impacts as (
    select * from {{ ref('mart_touchpoint_impact') }}
),

step_times as (
    select
        reached_steps.journey_id,
        instances.segment,
        reached_steps.step_number,
        reached_steps.hours_from_start,
        reached_steps.hours_from_previous
    from reached_steps
    inner join instances on reached_steps.journey_instance_id = instances.journey_instance_id
),

times as (
    {%- for segment in ['segment', "'all'"] %}
    {% if not loop.first %}union all{% endif %}
    select
        journey_id,
        {{ segment }} as segment,
        step_number,
        percentile_cont(0.5) within group (order by hours_from_start) as hours_p50,
        percentile_cont(0.9) within group (order by hours_from_start) as hours_p90,
        percentile_cont(0.5) within group (order by hours_from_previous)
            as hours_from_previous_p50,
        percentile_cont(0.9) within group (order by hours_from_previous)
            as hours_from_previous_p90
    from step_times
    group by journey_id, {{ 'segment, ' if loop.first }}step_number
    {%- endfor %}
),

-- Satisfied: one of the two best answers of a scale, the better one of two. Easy: five to seven of
-- the seven-point scale. Effort on other scales, or running the other way, is not mixed in.
verdicts as (
    select
        answers.touchpoint_id,
        coalesce(customers.segment, 'unknown') as segment,
        case
            when answers.metric not in ('CSAT', 'OSAT') then null
            when questions.direction = 'lower_is_better'
                then answers.score <= questions.scale_minimum + questions.best_steps
            else answers.score >= questions.scale_maximum - questions.best_steps
        end as is_satisfied,
        case
            when
                answers.metric = 'CES'
                and questions.scale_minimum = 1
                and questions.scale_maximum = 7
                and questions.direction = 'higher_is_better'
                then answers.score >= 5
        end as is_easy
    from answers
    inner join questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    left join customers on answers.customer_id = customers.customer_id
    where not coalesce(customers.is_test, false)
),

scores as (
    {%- for segment in ['segment', "'all'"] %}
    {% if not loop.first %}union all{% endif %}
    select
        touchpoint_id,
        {{ segment }} as segment,
        avg(case when is_satisfied then 1.0e0 when not is_satisfied then 0.0e0 end) as satisfaction,
        count(is_satisfied) as satisfaction_n,
        avg(case when is_easy then 1.0e0 when not is_easy then 0.0e0 end) as effort_easy_share,
        count(is_easy) as effort_n
    from verdicts
    group by touchpoint_id{{ ', segment' if loop.first }}
    {%- endfor %}
)

select
    funnel.journey_id,
    journeys.journey_name,
    funnel.segment,
    funnel.step_number,
    funnel.step_name,
    funnel.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.stage_id,
    funnel.is_required,
    funnel.instances,
    funnel.share_of_start,
    funnel.drop_off_rate,
    funnel.is_significant_drop,
    times.hours_p50,
    times.hours_p90,
    times.hours_from_previous_p50,
    times.hours_from_previous_p90,
    cast(journey_steps.expected_hours as double) as expected_hours,
    scores.satisfaction,
    coalesce(scores.satisfaction_n, 0) as satisfaction_n,
    scores.effort_easy_share,
    coalesce(scores.effort_n, 0) as effort_n,
    impacts.positive_impact,
    impacts.negative_impact,
    impacts.positive_mentions + impacts.negative_mentions as comment_count,
    touchpoints.is_make_or_break,
    case
        when funnel.step_number = 0 then journeys.owner_team else touchpoints.owner_team
    end as owner_team,
    coalesce(journey_steps.desired_outcome, journeys.desired_outcome) as desired_outcome,
    journey_steps.backstage_process
from funnel
inner join journeys on funnel.journey_id = journeys.journey_id
left join touchpoints on funnel.touchpoint_id = touchpoints.touchpoint_id
left join journey_steps
    on
        funnel.journey_id = journey_steps.journey_id
        and funnel.step_number = journey_steps.step_number
left join times
    on
        funnel.journey_id = times.journey_id
        and funnel.segment = times.segment
        and funnel.step_number = times.step_number
left join scores
    on
        funnel.touchpoint_id = scores.touchpoint_id
        and funnel.segment = scores.segment
-- The voice marts speak for all customers together, so impacts stand beside that row alone.
left join impacts
    on
        funnel.touchpoint_id = impacts.touchpoint_id
        and funnel.segment = 'all'
