{{ config(enabled=is_source_enabled('segment')) }}

with calls as (
    select
        *,
        cast({{ plain_number('order_total') }} as decimal(18, 2)) as amount
    from {{ ref('base_segment__calls') }}
    where
        call_type = 'track'
        and order_id is not null
        and event_name in (
            'Order Completed', 'Order Updated', 'Order Refunded', 'Order Cancelled'
        )
),

refunds as (
    select
        order_id,
        sum(amount) as refund_amount
    from calls
    where event_name = 'Order Refunded'
    group by order_id
),

cancellations as (
    select distinct order_id from calls
    where event_name = 'Order Cancelled'
),

-- The latest word on what was ordered counts.
versions as (
    select
        *,
        min(occurred_at) over (partition by order_id) as ordered_at,
        row_number() over (partition by order_id order by occurred_at desc, message_id asc)
            as recency
    from calls
    where event_name in ('Order Completed', 'Order Updated')
)

select
    versions.order_id,
    versions.user_id,
    versions.anonymous_id,
    versions.ordered_at,
    case when cancellations.order_id is not null then 'cancelled' else 'placed' end as status,
    versions.channel_id,
    versions.amount as total_amount,
    versions.currency,
    refunds.refund_amount,
    versions.products
from versions
left join refunds on versions.order_id = refunds.order_id
left join cancellations on versions.order_id = cancellations.order_id
-- The shop's own book of orders goes before what its pages sent.
where
    versions.recency = 1
    and {{ 'false' if is_supplied_elsewhere('orders', ['segment', 'ga4']) else 'true' }}
