-- An order's final status and refund are left out: they may lie after the date.
with

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

orders as (
    select
        customer_id,
        cast(ordered_at as date) as ordered_date,
        total_amount,
        cast(delivered_at as date) as delivered_date,
        coalesce(delivered_at > estimated_delivery_at, false) as is_late
    from {{ ref('fct_orders') }}
    where customer_id is not null
)

select
    orders.customer_id,
    snapshots.as_of_date,
    count(*) as order_count,
    cast(
        sum(
            case
                when {{ datediff('orders.ordered_date', 'snapshots.as_of_date', 'day') }} < 365 then 1
                else 0
            end
        ) as bigint
    ) as order_count_365d,
    coalesce(cast(sum(orders.total_amount) as double), 0) as order_amount,
    cast(
        min({{ datediff('orders.ordered_date', 'snapshots.as_of_date', 'day') }}) as bigint
    ) as order_recency_days,
    cast(
        sum(
            case when orders.is_late and orders.delivered_date <= snapshots.as_of_date then 1 else 0 end
        ) as bigint
    ) as late_delivery_count
from orders
inner join snapshots on orders.ordered_date <= snapshots.as_of_date
group by orders.customer_id, snapshots.as_of_date
