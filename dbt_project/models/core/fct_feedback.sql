with

feedback as (
    select * from {{ ref('int_feedback_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

contact_names as (
    select * from {{ ref('int_contact_names') }}
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
),

redacted as (
    select
        resolved.*,
        {{ redact_personal_data('resolved.comment_text') }} as comment_without_patterns,
        contact_names.name_parts
    from resolved
    left join contact_names on resolved.customer_id = contact_names.customer_id
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
    case
        when name_parts is null then comment_without_patterns
        else {{ mask_names('comment_without_patterns', 'name_parts') }}
    end as comment_redacted,
    rating,
    occurred_at,
    source_name
from redacted
