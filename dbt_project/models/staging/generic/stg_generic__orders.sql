{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    order_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    ordered_at,
    status,
    channel_id,
    total_amount,
    currency,
    approved_at,
    shipped_at,
    delivered_at,
    estimated_delivery_at,
    refund_amount,
    refund_requested_at,
    refunded_at
from {{ source('generic', 'orders') }}
