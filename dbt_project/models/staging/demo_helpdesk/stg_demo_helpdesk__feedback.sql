{{ config(enabled=is_source_enabled('demo_helpdesk')) }}

select
    'demo_helpdesk' as source_name,
    chat_id as feedback_id,
    'email' as customer_key_type,
    lower(trim(requester)) as customer_key,
    'indirect' as feedback_kind,
    false as is_solicited,
    'chat' as channel_id,
    message as comment_text,
    sent_at as occurred_at
from {{ source('demo_helpdesk', 'chats') }}
