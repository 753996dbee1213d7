{{ config(enabled=is_source_enabled('demo_product')) }}

select
    'demo_product' as source_name,
    event_id as interaction_id,
    'product_user_id' as customer_key_type,
    user_id as customer_key,
    event_name,
    'app' as channel_id,
    occurred_at,
    session_id,
    'session' as related_type,
    session_id as related_id,
    case when errors > 0 then 'failure' else 'success' end as outcome,
    active_seconds as duration_seconds,
    _load_id as load_id
from {{ source('demo_product', 'events') }}
