{{ config(schema='core', contract={'enforced': false}) }}

with

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

subscription_terms as (
    select
        customer_id,
        currency,
        mrr_amount,
        changed_at as started_at,
        greatest(changed_at, {{ last_days_start(365) }}) as recent_from,
        least(coalesce(valid_to, {{ as_of_end() }}), {{ as_of_end() }}) as ended_at
    from subscription_changes
    where customer_id is not null and status = 'active' and mrr_amount > 0
),

revenue_items as (
    select
        customer_id,
        currency,
        true as is_subscription,
        started_at as earned_at,
        mrr_amount * {{ seconds_between('started_at', 'ended_at') }} / {{ seconds_per_month() }}
            as amount,
        mrr_amount * greatest(0, {{ seconds_between('recent_from', 'ended_at') }})
        / {{ seconds_per_month() }} as recent_amount
    from subscription_terms

    union all

    select
        customer_id,
        currency,
        false as is_subscription,
        ordered_at as earned_at,
        coalesce(total_amount, 0) - coalesce(refund_amount, 0) as amount,
        case
            when ordered_at >= {{ last_days_start(365) }}
                then coalesce(total_amount, 0) - coalesce(refund_amount, 0)
            else 0
        end as recent_amount
    from orders
    where customer_id is not null and coalesce(status, '') <> 'cancelled'
),

revenue_by_currency as (
    select
        customer_id,
        currency,
        coalesce(sum(amount) filter (where is_subscription), 0) as subscription_amount,
        coalesce(sum(amount) filter (where not is_subscription), 0) as order_amount,
        sum(amount) as total_amount,
        sum(recent_amount) as recent_amount,
        row_number() over (
            partition by customer_id
            order by max(is_subscription) desc, max(earned_at) desc, currency
        ) as currency_rank,
        count(*) over (partition by customer_id) - 1 as left_out_currency_count
    from revenue_items
    group by customer_id, currency
),

-- A customer with nothing but cancelled orders is worth zero, but in a known currency.
order_counts as (
    select
        customer_id,
        count(*) filter (where coalesce(status, '') <> 'cancelled') as order_count,
        min(ordered_at) filter (where coalesce(status, '') <> 'cancelled') as first_order_at,
        max(ordered_at) filter (where coalesce(status, '') <> 'cancelled') as last_order_at,
        min(currency) as currency
    from orders
    where customer_id is not null
    group by customer_id
)

select
    lifetimes.customer_id,
    lifetimes.churn_basis,
    coalesce(lifetimes.is_active, false) as is_active,
    coalesce(revenue_by_currency.currency, lifetimes.currency, order_counts.currency)
        as currency,
    coalesce(order_counts.order_count, 0) as order_count,
    order_counts.first_order_at,
    order_counts.last_order_at,
    cast(coalesce(revenue_by_currency.subscription_amount, 0) as decimal(18, 2))
        as subscription_revenue_amount,
    cast(coalesce(revenue_by_currency.order_amount, 0) as decimal(18, 2)) as order_revenue_amount,
    cast(coalesce(revenue_by_currency.total_amount, 0) as decimal(18, 2))
        as lifetime_revenue_amount,
    cast(coalesce(revenue_by_currency.recent_amount, 0) as decimal(18, 2)) as revenue_365d_amount,
    cast(
        case
            when not coalesce(lifetimes.is_active, false) then 0
            when lifetimes.churn_basis = 'contractual' then 12 * coalesce(lifetimes.mrr_amount, 0)
            else coalesce(revenue_by_currency.recent_amount, 0)
        end as decimal(18, 2)
    ) as annual_value_amount,
    coalesce(revenue_by_currency.left_out_currency_count, 0) as left_out_currency_count
from lifetimes
left join revenue_by_currency
    on
        lifetimes.customer_id = revenue_by_currency.customer_id
        and revenue_by_currency.currency_rank = 1
left join order_counts on lifetimes.customer_id = order_counts.customer_id
