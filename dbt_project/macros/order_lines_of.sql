{#- Order lines of a tool that sends the products of an order as one JSON array, column `products`
    of `orders`. `product_id_paths` say where a product's number may stand, of which the first that
    is given counts. Quantity and price are called so by all of them; a product without a quantity
    was bought once. -#}
{% macro order_lines_of(source_name, orders, products, product_id_paths, category_path) -%}
with orders as (
    select
        order_id,
        currency,
        {{ json_items(products) }} as product_list
    from {{ orders }}
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
            {%- for path in product_id_paths %}
            {{ json_text('product', path) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as product_id,
        {{ json_text('product', category_path) }} as product_category,
        coalesce(cast({{ plain_number(json_text('product', '$.quantity')) }} as bigint), 1)
            as quantity,
        cast({{ plain_number(json_text('product', '$.price')) }} as decimal(18, 2)) as unit_amount
    from products
)

select
    '{{ source_name }}' as source_name,
    order_id || ':' || cast(product_number as varchar) as order_line_id,
    order_id,
    product_id,
    product_category,
    quantity,
    unit_amount,
    quantity * unit_amount as line_amount,
    currency
from lines
{%- endmacro %}
