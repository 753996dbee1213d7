with

feedback as (
    select * from {{ ref('int_feedback_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

resolved as (
    select
        feedback.source_name || ':' || feedback.feedback_id as feedback_id,
        feedback.source_name || ':' || feedback.response_id as response_id,
        customer_identities.customer_id,
        feedback.feedback_kind,
        feedback.is_solicited,
        feedback.channel_id,
        feedback.touchpoint_id,
        feedback.survey_id,
        feedback.comment_text,
        feedback.rating,
        feedback.occurred_at,
        feedback.source_name
    from feedback
    left join customer_identities
        on
            feedback.customer_key_type = customer_identities.identity_type
            and feedback.customer_key = customer_identities.identity_value
)

select
    feedback_id,
    response_id,
    customer_id,
    coalesce(customer_id, response_id, feedback_id) as respondent_id,
    feedback_kind,
    is_solicited,
    channel_id,
    touchpoint_id,
    survey_id,
    comment_text,
    {{ redact_personal_data('comment_text') }} as comment_redacted,
    rating,
    occurred_at,
    source_name
from resolved
