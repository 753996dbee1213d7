{{ config(enabled=is_source_enabled('segment')) }}

with orders as (
    select
        order_id,
        currency,
        {{ json_items('products') }} as product_list
    from {{ ref('base_segment__orders') }}
),

products as (
    select
        order_id,
        currency,
        {{ explode_list('product_list', 'product', 'product_number') }}
    from orders
),

lines as (
    select
        order_id,
        currency,
        product_number,
        coalesce(
            {{ json_text('product', '$.product_id') }}, {{ json_text('product', '$.sku') }}
        ) as product_id,
        {{ json_text('product', '$.category') }} as product_category,
        coalesce(cast({{ plain_number(json_text('product', '$.quantity')) }} as bigint), 1)
            as quantity,
        cast({{ plain_number(json_text('product', '$.price')) }} as decimal(18, 2)) as unit_amount
    from products
)

select
    'segment' as source_name,
    order_id || ':' || cast(product_number as varchar) as order_line_id,
    order_id,
    product_id,
    product_category,
    quantity,
    unit_amount,
    quantity * unit_amount as line_amount,
    currency
from lines
