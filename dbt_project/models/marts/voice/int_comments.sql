{{ config(schema='core', contract={'enforced': false}) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

languages as (
    select * from {{ source('ml_voice', 'comment_languages') }}
)

select
    feedback.feedback_id,
    feedback.respondent_id,
    feedback.customer_id,
    feedback.feedback_kind,
    feedback.is_solicited,
    feedback.channel_id,
    feedback.touchpoint_id,
    feedback.occurred_at,
    feedback.comment_redacted,
    coalesce(languages.language, 'und') as language
from feedback
left join languages
    on feedback.feedback_id = languages.feedback_id
where trim(feedback.comment_redacted) <> ''
