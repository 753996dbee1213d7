{{ config(enabled=is_source_enabled('demo_survey')) }}

with responses as (
    select * from {{ source('demo_survey', 'responses') }}
),

invitations as (
    select
        invitation_id,
        channel_id
    from {{ source('demo_survey', 'invitations') }}
)

select
    'demo_survey' as source_name,
    responses.answer_id,
    responses.invitation_id,
    responses.response_id,
    responses.survey_id,
    responses.question_id,
    'email' as customer_key_type,
    lower(trim(responses.respondent)) as customer_key,
    responses.answered_at,
    cast(responses.score as double) as score,
    responses.comment as answer_text,
    invitations.channel_id
from responses
left join invitations on responses.invitation_id = invitations.invitation_id
