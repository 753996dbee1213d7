{{ config(enabled=is_source_enabled('demo_shop')) }}

select
    'demo_shop' as source_name,
    order_id,
    'email' as customer_key_type,
    lower(trim(customer_email)) as customer_key,
    ordered_at,
    status,
    channel_id,
    total as total_amount,
    currency,
    approved_at,
    shipped_at,
    delivered_at,
    promised_at as estimated_delivery_at,
    refund as refund_amount,
    refund_requested_at,
    refunded_at
from {{ source('demo_shop', 'orders') }}
