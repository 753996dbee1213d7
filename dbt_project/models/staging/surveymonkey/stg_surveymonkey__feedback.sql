{{ config(enabled=is_source_enabled('surveymonkey')) }}

select
    'surveymonkey' as source_name,
    answer_id as feedback_id,
    customer_key_type,
    customer_key,
    response_id,
    'direct' as feedback_kind,
    true as is_solicited,
    channel_id,
    survey_id,
    answer_value as comment_text,
    answered_at as occurred_at
from {{ ref('base_surveymonkey__answers') }}
where is_comment
