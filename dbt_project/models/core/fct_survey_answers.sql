with

answers as (
    select * from {{ ref('int_survey_answers_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

survey_questions as (
    select * from {{ ref('survey_questions') }}
),

-- A response may leave several comments; one touchpoint is enough to place its scores.
response_touchpoints as (
    select
        response_id,
        min(touchpoint_id) as touchpoint_id
    from {{ ref('fct_feedback') }}
    where response_id is not null
    group by response_id
),

resolved as (
    select
        answers.source_name || ':' || answers.answer_id as answer_id,
        answers.source_name || ':' || answers.response_id as response_id,
        answers.source_name || ':' || answers.invitation_id as invitation_id,
        answers.survey_id,
        answers.question_id,
        customer_identities.customer_id,
        answers.channel_id,
        answers.answered_at,
        answers.score,
        answers.source_name
    from answers
    left join customer_identities
        on
            answers.customer_key_type = customer_identities.identity_type
            and answers.customer_key = customer_identities.identity_value
)

select
    resolved.answer_id,
    resolved.response_id,
    resolved.invitation_id,
    resolved.survey_id,
    resolved.question_id,
    survey_questions.metric,
    coalesce(survey_questions.touchpoint_id, response_touchpoints.touchpoint_id) as touchpoint_id,
    resolved.customer_id,
    resolved.channel_id,
    resolved.answered_at,
    resolved.score,
    resolved.score between survey_questions.scale_minimum and survey_questions.scale_maximum
        as is_on_scale,
    resolved.source_name
from resolved
left join survey_questions
    on
        resolved.survey_id = survey_questions.survey_id
        and resolved.question_id = survey_questions.question_id
left join response_touchpoints on resolved.response_id = response_touchpoints.response_id
