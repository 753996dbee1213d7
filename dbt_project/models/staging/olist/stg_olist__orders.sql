{{ config(enabled=is_source_enabled('olist')) }}

with orders as (

    select * from {{ source('olist', 'orders') }}

),

items as (

    select
        order_id,
        sum(price + freight_value) as item_amount
    from {{ source('olist', 'order_items') }}
    group by order_id

),

payments as (

    select
        order_id,
        sum(payment_value) as paid_amount
    from {{ source('olist', 'order_payments') }}
    group by order_id

)

select
    'olist' as source_name,
    orders.order_id,
    'olist_customer_id' as customer_key_type,
    orders.customer_id as customer_key,
    orders.order_purchase_timestamp as ordered_at,
    -- An unavailable order was paid and then could not be supplied: to the customer, cancelled.
    case
        when orders.order_status in ('canceled', 'unavailable') then 'cancelled'
        else orders.order_status
    end as status,
    'web' as channel_id,
    -- What was paid, interest on instalments included; the price where no payment is on file.
    coalesce(payments.paid_amount, items.item_amount) as total_amount,
    'BRL' as currency,
    orders.order_approved_at as approved_at,
    orders.order_delivered_carrier_date as shipped_at,
    orders.order_delivered_customer_date as delivered_at,
    orders.order_estimated_delivery_date as estimated_delivery_at
from orders
left join items on orders.order_id = items.order_id
left join payments on orders.order_id = payments.order_id
