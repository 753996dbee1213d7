{{ config(enabled=is_source_enabled('qualtrics')) }}

with

answers as (
    select * from {{ ref('base_qualtrics__answers') }}
),

invitations as (
    select
        response_id,
        min(distribution_id || ':' || contact_id) as invitation_id
    from {{ source('qualtrics', 'distribution_contact') }}
    where response_id is not null
    group by response_id
)

select
    'qualtrics' as source_name,
    answers.answer_id,
    invitations.invitation_id,
    answers.response_id,
    answers.survey_id,
    answers.question_id,
    answers.customer_key_type,
    answers.customer_key,
    answers.recorded_at as answered_at,
    answers.score,
    answers.answer_value as answer_text,
    answers.channel_id
from answers
left join invitations on answers.response_id = invitations.response_id
