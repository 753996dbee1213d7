{{ config(enabled=is_source_enabled('ga4')) }}

with orders as (
    select
        order_id,
        currency,
        {{ json_items('items') }} as item_list
    from {{ ref('base_ga4__orders') }}
),

items as (
    select
        order_id,
        currency,
        {{ explode_list('item_list', 'item', 'item_number') }}
    from orders
),

lines as (
    select
        order_id,
        currency,
        item_number,
        {{ json_text('item', '$.item_id') }} as product_id,
        {{ json_text('item', '$.item_category') }} as product_category,
        coalesce(cast({{ plain_number(json_text('item', '$.quantity')) }} as bigint), 1)
            as quantity,
        cast({{ plain_number(json_text('item', '$.price')) }} as decimal(18, 2)) as unit_amount
    from items
)

select
    'ga4' as source_name,
    order_id || ':' || cast(item_number as varchar) as order_line_id,
    order_id,
    product_id,
    product_category,
    quantity,
    unit_amount,
    quantity * unit_amount as line_amount,
    currency
from lines
