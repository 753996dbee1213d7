{{ config(enabled=is_source_enabled('olist')) }}

with customers as (

    select * from {{ source('olist', 'customers') }}

),

orders as (

    select * from {{ source('olist', 'orders') }}

),

customer_orders as (

    select
        customers.customer_unique_id,
        customers.customer_state,
        min(orders.order_purchase_timestamp) over (
            partition by customers.customer_unique_id
        ) as created_at,
        row_number() over (
            partition by customers.customer_unique_id
            order by orders.order_purchase_timestamp desc nulls last, customers.customer_id asc
        ) as recency
    from customers
    left join orders on customers.customer_id = orders.customer_id

)

select
    'olist' as source_name,
    customer_unique_id as account_id,
    'olist_customer_unique_id' as customer_key_type,
    customer_unique_id as customer_key,
    false as is_organisation,
    'retail' as business_model,
    customer_state as segment,
    'BR' as country,
    created_at
from customer_orders
where recency = 1
