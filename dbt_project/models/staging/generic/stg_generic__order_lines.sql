{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    order_line_id,
    order_id,
    product_id,
    product_category,
    quantity,
    unit_amount,
    line_amount,
    currency
from {{ source('generic', 'order_lines') }}
