{{ config(enabled=is_source_enabled('completejourney')) }}

with

transactions as (
    select * from {{ source('completejourney', 'transactions') }}
),

products as (
    select * from {{ source('completejourney', 'products') }}
)

select
    'completejourney' as source_name,
    transactions.basket_id || ':' || transactions.product_id as order_line_id,
    transactions.basket_id as order_id,
    transactions.product_id,
    coalesce(products.product_category, products.department) as product_category,
    -- Fuel and what is weighed has no number of pieces.
    case
        when transactions.quantity = floor(transactions.quantity)
            then cast(transactions.quantity as bigint)
    end as quantity,
    transactions.sales_value as line_amount,
    'USD' as currency
from transactions
left join products on transactions.product_id = products.product_id
