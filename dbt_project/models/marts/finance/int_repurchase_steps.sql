{{ config(schema='core', contract={'enforced': false}) }}

with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null and coalesce(status, '') <> 'cancelled'
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

-- Two orders on one day are one purchase.
purchases as (
    select
        'all' as dimension,
        'all' as dimension_value,
        customer_id,
        cast(ordered_at as date) as purchase_date
    from orders
    group by customer_id, cast(ordered_at as date)

    union all

    select
        'segment' as dimension,
        coalesce(customers.segment, 'unknown') as dimension_value,
        orders.customer_id,
        cast(orders.ordered_at as date) as purchase_date
    from orders
    inner join customers on orders.customer_id = customers.customer_id
    group by
        coalesce(customers.segment, 'unknown'), orders.customer_id, cast(orders.ordered_at as date)

    union all

    select
        'product_category' as dimension,
        coalesce(order_lines.product_category, 'unknown') as dimension_value,
        orders.customer_id,
        cast(orders.ordered_at as date) as purchase_date
    from orders
    inner join order_lines on orders.order_id = order_lines.order_id
    group by
        coalesce(order_lines.product_category, 'unknown'),
        orders.customer_id,
        cast(orders.ordered_at as date)
),

followed as (
    select
        purchases.dimension,
        purchases.dimension_value,
        purchases.customer_id,
        purchases.purchase_date,
        lead(purchases.purchase_date) over (
            partition by purchases.dimension, purchases.dimension_value, purchases.customer_id
            order by purchases.purchase_date
        ) as next_purchase_date
    from purchases
    inner join customers on purchases.customer_id = customers.customer_id
),

-- The gap after the last purchase is still open on the as-of day.
gaps as (
    select
        dimension,
        dimension_value,
        {{ dbt.datediff(
            'purchase_date', 'coalesce(next_purchase_date, ' ~ as_of_date() ~ ')', 'day'
        ) }} as gap_days,
        case when next_purchase_date is null then 0 else 1 end as is_observed
    from followed
),

by_day as (
    select
        dimension,
        dimension_value,
        gap_days,
        count(*) as gap_count,
        sum(is_observed) as event_count
    from gaps
    group by dimension, dimension_value, gap_days
),

at_risk as (
    select
        dimension,
        dimension_value,
        gap_days,
        gap_count,
        event_count,
        sum(gap_count) over (
            partition by dimension, dimension_value
            order by gap_days desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from by_day
),

-- Sums of decimals, for sums of floating-point numbers depend on the order they are added in.
terms as (
    select
        *,
        case
            when event_count < at_risk_count
                then cast(ln(1.0e0 - event_count * 1.0e0 / at_risk_count) as decimal(38, 18))
        end as log_step,
        case
            when event_count < at_risk_count
                then cast(
                    event_count * 1.0e0 / at_risk_count / (at_risk_count - event_count)
                    as decimal(38, 18)
                )
        end as variance_step
    from at_risk
),

summed as (
    select
        *,
        max(case when event_count = at_risk_count then 1 else 0 end) over life as has_all_returned,
        cast(coalesce(sum(log_step) over life, 0) as double) as log_survival,
        cast(coalesce(sum(variance_step) over life, 0) as double) as variance
    from terms
    window life as (
        partition by dimension, dimension_value
        order by gap_days
        rows between unbounded preceding and current row
    )
)

select
    dimension,
    dimension_value,
    cast(gap_days as bigint) as gap_days,
    cast(gap_count as bigint) as gap_count,
    cast(event_count as bigint) as event_count,
    cast(at_risk_count as bigint) as at_risk_count,
    case when has_all_returned = 1 then 0.0e0 else exp(log_survival) end as survival_share,
    case
        when has_all_returned = 1 then null
        when log_survival = 0 then 1.0e0
        else {{ log_log_bound('log_survival', 'variance', '-') }}
    end as survival_share_lower,
    case
        when has_all_returned = 1 then null
        when log_survival = 0 then 1.0e0
        else {{ log_log_bound('log_survival', 'variance', '+') }}
    end as survival_share_upper
from summed
