with

orders as (
    select * from {{ ref('int_orders_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

resolved as (
    select
        orders.source_name || ':' || orders.order_id as order_id,
        customer_identities.customer_id,
        orders.ordered_at,
        orders.status as latest_status,
        orders.channel_id,
        orders.total_amount,
        orders.currency,
        {{ known_by_as_of('orders.approved_at') }} as approved_at,
        {{ known_by_as_of('orders.shipped_at') }} as shipped_at,
        {{ known_by_as_of('orders.delivered_at') }} as delivered_at,
        orders.estimated_delivery_at,
        orders.refund_amount,
        {{ known_by_as_of('orders.refund_requested_at') }} as refund_requested_at,
        {{ known_by_as_of('orders.refunded_at') }} as refunded_at,
        orders.source_name,
        coalesce(
            cast(
                greatest(
                    orders.approved_at, orders.shipped_at, orders.delivered_at, orders.refunded_at
                ) as date
            )
            > {{ as_of_date() }},
            false
        ) as is_ahead_of_as_of
    from orders
    left join customer_identities
        on
            orders.customer_key_type = customer_identities.identity_type
            and orders.customer_key = customer_identities.identity_value
)

-- A status reached after the as-of date steps back to the last stage known on that day.
select
    order_id,
    customer_id,
    ordered_at,
    case
        when not is_ahead_of_as_of then latest_status
        when delivered_at is not null then 'delivered'
        when shipped_at is not null then 'shipped'
        when approved_at is not null then 'approved'
        else 'placed'
    end as status,
    channel_id,
    total_amount,
    currency,
    approved_at,
    shipped_at,
    delivered_at,
    estimated_delivery_at,
    case when not is_ahead_of_as_of then refund_amount end as refund_amount,
    refund_requested_at,
    refunded_at,
    source_name
from resolved
