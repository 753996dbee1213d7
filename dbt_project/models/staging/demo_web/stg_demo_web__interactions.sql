{{ config(enabled=is_source_enabled('demo_web')) }}

select
    'demo_web' as source_name,
    message_id as interaction_id,
    'web_visitor_id' as customer_key_type,
    anonymous_id as customer_key,
    event_name,
    case when event_name = 'newsletter_opened' then 'email' else 'web' end as channel_id,
    occurred_at,
    session_id,
    'session' as related_type,
    session_id as related_id,
    page,
    utm_source as marketing_channel,
    _load_id as load_id
from {{ source('demo_web', 'events') }}
