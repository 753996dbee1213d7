{{ config(enabled=is_source_enabled('salesforce')) }}

select
    'salesforce' as source_name,
    case_id as feedback_id,
    customer_key_type,
    customer_key,
    'indirect' as feedback_kind,
    false as is_solicited,
    channel_id,
    trim(description) as comment_text,
    created_at as occurred_at
from {{ ref('base_salesforce__cases') }}
where trim(description) <> '' and channel_id in ('email', 'web', 'chat', 'sms', 'social')
