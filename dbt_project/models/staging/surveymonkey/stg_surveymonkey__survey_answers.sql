{{ config(enabled=is_source_enabled('surveymonkey')) }}

select
    'surveymonkey' as source_name,
    answer_id,
    response_id,
    survey_id,
    question_id,
    customer_key_type,
    customer_key,
    answered_at,
    score,
    answer_value as answer_text,
    channel_id
from {{ ref('base_surveymonkey__answers') }}
