{{ config(enabled=is_source_enabled('olist')) }}

with customers as (

    select * from {{ source('olist', 'customers') }}

),

orders as (

    select * from {{ source('olist', 'orders') }}

),

observed as (

    select
        customers.customer_id,
        customers.customer_unique_id,
        orders.order_purchase_timestamp as observed_at
    from customers
    left join orders on customers.customer_id = orders.customer_id

)

select
    'olist' as source_name,
    customer_id as source_record_id,
    'olist_customer_id' as identity_type,
    customer_id as identity_value,
    observed_at
from observed

union all

select
    'olist' as source_name,
    customer_id as source_record_id,
    'olist_customer_unique_id' as identity_type,
    customer_unique_id as identity_value,
    observed_at
from observed
