{{ config(enabled=is_source_enabled('demo_shop')) }}

select
    'demo_shop' as source_name,
    line_id as order_line_id,
    order_id,
    sku as product_id,
    category as product_category,
    quantity,
    unit_price as unit_amount,
    line_total as line_amount,
    currency
from {{ source('demo_shop', 'order_lines') }}
