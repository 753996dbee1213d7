{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_customers'}}}) }}

-- Subscriptions and orders whose customer is unknown or has no account row: they count in totals
-- and in no figure per customer.

with

payments as (
    select
        'subscriptions' as stream_name,
        source_name,
        customer_id
    from {{ ref('fct_subscription_changes') }}
    union all
    select
        'orders' as stream_name,
        source_name,
        customer_id
    from {{ ref('fct_orders') }}
)

select
    payments.stream_name,
    payments.source_name,
    count(*) as row_count
from payments
left join {{ ref('dim_customers') }} as customers on payments.customer_id = customers.customer_id
where customers.customer_id is null
group by payments.stream_name, payments.source_name
