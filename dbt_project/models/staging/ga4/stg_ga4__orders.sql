{{ config(enabled=is_source_enabled('ga4')) }}

select
    'ga4' as source_name,
    order_id,
    case
        when user_id is not null then 'product_user_id'
        when user_pseudo_id is not null then 'web_visitor_id'
    end as customer_key_type,
    coalesce(user_id, user_pseudo_id) as customer_key,
    ordered_at,
    'placed' as status,
    channel_id,
    total_amount,
    currency,
    refund_amount
from {{ ref('base_ga4__orders') }}
