-- Decided from what was known on each date alone: a subscription that lapsed and came back a week
-- later was lapsed in between, and who bought before ever subscribing was then a buyer.
with

customers as (
    select * from {{ ref('dim_customers') }}
),

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

paid_time as (
    select
        customer_id,
        cast(changed_at as date) as paid_from,
        coalesce(cast(valid_to as date), cast({{ end_of_time() }} as date)) as paid_to
    from subscription_changes
    where status = 'active' and customer_id is not null
),

first_paid as (
    select
        customer_id,
        min(paid_from) as first_paid_date
    from paid_time
    group by customer_id
),

first_subscribed as (
    select
        customer_id,
        min(cast(changed_at as date)) as first_subscribed_date
    from subscription_changes
    group by customer_id
),

order_days as (
    select
        customer_id,
        cast(ordered_at as date) as order_date
    from orders
    where customer_id is not null
    group by customer_id, cast(ordered_at as date)
),

first_orders as (
    select
        customer_id,
        min(order_date) as first_order_date
    from order_days
    group by customer_id
),

subscribers as (
    select
        paid_time.customer_id,
        snapshots.as_of_date,
        'contractual' as churn_basis,
        min(first_paid.first_paid_date) as started_date
    from paid_time
    inner join first_paid on paid_time.customer_id = first_paid.customer_id
    inner join snapshots
        on
            paid_time.paid_from <= snapshots.as_of_date
            and paid_time.paid_to > snapshots.as_of_date
    group by paid_time.customer_id, snapshots.as_of_date
),

buyers as (
    select
        order_days.customer_id,
        snapshots.as_of_date,
        'silence' as churn_basis,
        min(first_orders.first_order_date) as started_date
    from order_days
    inner join first_orders on order_days.customer_id = first_orders.customer_id
    inner join snapshots
        on
            order_days.order_date <= snapshots.as_of_date
            and {{ datediff('order_days.order_date', 'snapshots.as_of_date', 'day') }}
            < {{ var('inactivity_days') }}
    left join first_subscribed on order_days.customer_id = first_subscribed.customer_id
    where
        first_subscribed.first_subscribed_date is null
        or first_subscribed.first_subscribed_date > snapshots.as_of_date
    group by order_days.customer_id, snapshots.as_of_date
),

active as (
    select
        customer_id,
        as_of_date,
        churn_basis,
        started_date
    from subscribers

    union all

    select
        customer_id,
        as_of_date,
        churn_basis,
        started_date
    from buyers
)

select
    active.customer_id,
    active.as_of_date,
    active.churn_basis,
    active.started_date,
    cast({{ datediff('active.started_date', 'active.as_of_date', 'day') }} as bigint)
        as tenure_days,
    coalesce(customers.business_model = 'self_serve', false) as is_self_serve
from active
inner join customers on active.customer_id = customers.customer_id
where not customers.is_test
