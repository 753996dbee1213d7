{{ config(enabled=is_source_enabled('ga4')) }}

with events as (
    select * from {{ ref('base_ga4__events') }}
    where transaction_id is not null and event_name in ('purchase', 'refund')
),

refunds as (
    select
        transaction_id,
        sum(refund_value) as refund_value
    from events
    where event_name = 'refund'
    group by transaction_id
),

-- A page of thanks that is opened again sends its purchase again.
purchases as (
    select
        *,
        row_number() over (partition by transaction_id order by occurred_at asc, event_id asc)
            as purchase_number
    from events
    where event_name = 'purchase'
)

select
    purchases.transaction_id as order_id,
    purchases.user_id,
    purchases.user_pseudo_id,
    purchases.occurred_at as ordered_at,
    purchases.channel_id,
    cast(purchases.purchase_revenue as decimal(18, 2)) as total_amount,
    purchases.currency,
    cast(refunds.refund_value as decimal(18, 2)) as refund_amount,
    purchases.items
from purchases
left join refunds on purchases.transaction_id = refunds.transaction_id
-- The shop's own book of orders goes before what its pages measured.
where
    purchases.purchase_number = 1
    and {{ 'false' if is_supplied_elsewhere('orders', ['ga4']) else 'true' }}
