{{ config(enabled=is_source_enabled('olist')) }}

with items as (

    select * from {{ source('olist', 'order_items') }}

),

products as (

    select * from {{ source('olist', 'products') }}

),

categories as (

    select * from {{ source('olist', 'product_categories') }}

)

select
    'olist' as source_name,
    concat(items.order_id, ':', cast(items.order_item_id as varchar)) as order_line_id,
    items.order_id,
    items.product_id,
    coalesce(
        categories.product_category_name_english, products.product_category_name
    ) as product_category,
    1 as quantity,
    items.price as unit_amount,
    items.price + items.freight_value as line_amount,
    'BRL' as currency
from items
left join products on items.product_id = products.product_id
left join categories on products.product_category_name = categories.product_category_name
