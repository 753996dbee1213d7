{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    answer_id,
    invitation_id,
    response_id,
    survey_id,
    question_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    answered_at,
    score,
    answer_text,
    channel_id
from {{ source('generic', 'survey_answers') }}
