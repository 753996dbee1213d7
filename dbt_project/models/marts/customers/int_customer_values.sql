{{ config(schema='core', contract={'enforced': false}) }}

with

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
),

revenue_items as (
    select * from {{ ref('int_revenue_items') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

-- A subscription earns by the second, an order at once.
amounts as (
    select
        customer_id,
        nullif(currency, 'unknown') as currency,
        revenue_kind = 'subscription' as is_subscription,
        earned_from as earned_at,
        case
            when revenue_kind = 'subscription'
                then
                    amount * {{ seconds_between('earned_from', 'earned_to') }}
                    / {{ seconds_per_month() }}
            else amount
        end as amount,
        case
            when revenue_kind = 'subscription'
                then
                    amount * greatest(0, {{ seconds_between(
                        'greatest(earned_from, ' ~ last_days_start(365) ~ ')', 'earned_to'
                    ) }}) / {{ seconds_per_month() }}
            when earned_from >= {{ last_days_start(365) }} then amount
            else 0
        end as recent_amount
    from revenue_items
),

revenue_by_currency as (
    select
        customer_id,
        currency,
        {{ exact_sum('case when is_subscription then amount else 0 end') }} as subscription_amount,
        {{ exact_sum('case when is_subscription then 0 else amount end') }} as order_amount,
        {{ exact_sum('amount') }} as total_amount,
        {{ exact_sum('recent_amount') }} as recent_amount,
        row_number() over (
            partition by customer_id
            order by max(is_subscription) desc, max(earned_at) desc, currency
        ) as currency_rank,
        count(*) over (partition by customer_id) - 1 as left_out_currency_count
    from amounts
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
