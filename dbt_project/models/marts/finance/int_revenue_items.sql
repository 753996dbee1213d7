{{ config(schema='core', contract={'enforced': false}) }}

with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where customer_id is not null and status = 'active' and mrr_amount > 0
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null and coalesce(status, '') <> 'cancelled'
),

items as (
    select
        subscription_change_id as revenue_item_id,
        customer_id,
        'subscription' as revenue_kind,
        coalesce(currency, 'unknown') as currency,
        changed_at as earned_from,
        least(coalesce(valid_to, {{ as_of_end() }}), {{ as_of_end() }}) as earned_to,
        mrr_amount as amount
    from subscription_changes

    union all

    select
        order_id as revenue_item_id,
        customer_id,
        'order' as revenue_kind,
        coalesce(currency, 'unknown') as currency,
        ordered_at as earned_from,
        ordered_at as earned_to,
        coalesce(total_amount, 0) - coalesce(refund_amount, 0) as amount
    from orders
)

select
    items.revenue_item_id,
    items.customer_id,
    items.revenue_kind,
    items.currency,
    items.earned_from,
    items.earned_to,
    items.amount
from items
inner join customers on items.customer_id = customers.customer_id
where items.revenue_kind = 'order' or items.earned_from < items.earned_to
