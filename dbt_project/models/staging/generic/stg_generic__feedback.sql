{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    feedback_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    response_id,
    feedback_kind,
    is_solicited,
    channel_id,
    touchpoint_id,
    survey_id,
    comment_text,
    rating,
    occurred_at
from {{ source('generic', 'feedback') }}
