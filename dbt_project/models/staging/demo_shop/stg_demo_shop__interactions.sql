{{ config(enabled=is_source_enabled('demo_shop')) }}

select
    'demo_shop' as source_name,
    reminder_id as interaction_id,
    'email' as customer_key_type,
    lower(trim(customer_email)) as customer_key,
    'refund_asked_again' as event_name,
    'email' as channel_id,
    asked_at as occurred_at,
    'order' as related_type,
    order_id as related_id,
    _load_id as load_id
from {{ source('demo_shop', 'refund_reminders') }}
