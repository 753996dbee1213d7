{{ config(enabled=is_source_enabled('segment')) }}

select
    'segment' as source_name,
    order_id,
    case
        when user_id is not null then 'product_user_id'
        when anonymous_id is not null then 'web_visitor_id'
    end as customer_key_type,
    coalesce(user_id, anonymous_id) as customer_key,
    ordered_at,
    status,
    channel_id,
    total_amount,
    currency,
    refund_amount
from {{ ref('base_segment__orders') }}
