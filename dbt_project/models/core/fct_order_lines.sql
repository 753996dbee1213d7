with

order_lines as (
    select * from {{ ref('int_order_lines_unioned') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
)

-- Lines carry no time of their own: those of orders after the as-of date go with their orders.
select
    order_lines.source_name || ':' || order_lines.order_line_id as order_line_id,
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    order_lines.product_id,
    order_lines.product_category,
    order_lines.quantity,
    order_lines.unit_amount,
    order_lines.line_amount,
    order_lines.currency,
    order_lines.source_name
from order_lines
inner join orders on order_lines.source_name || ':' || order_lines.order_id = orders.order_id
