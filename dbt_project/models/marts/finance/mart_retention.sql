with

periods as (
    select * from {{ ref('int_money_periods') }}
),

levels as (
    select * from {{ ref('int_customer_levels') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null and coalesce(status, '') <> 'cancelled'
),

wallets as (
    select * from {{ ref('wallet_sizes') }}
),

boundaries as (
    select starts_at as boundary_at
    from periods
    union
    select ends_at as boundary_at
    from periods
),

-- Who was a customer, and at which rate, in the last moment before each boundary.
standings as (
    select
        boundaries.boundary_at,
        levels.customer_id,
        levels.segment,
        levels.churn_basis,
        levels.currency,
        levels.mrr_amount,
        levels.standing,
        levels.first_level_from
    from levels
    inner join boundaries
        on
            levels.level_from < boundaries.boundary_at
            and (levels.level_to is null or levels.level_to >= boundaries.boundary_at)
),

ends as (
    select
        periods.period_grain,
        periods.period_start,
        periods.starts_at,
        standings.customer_id,
        standings.segment,
        standings.churn_basis,
        standings.currency,
        standings.first_level_from,
        1 as is_at_start,
        0 as is_at_end,
        0 as is_pending,
        coalesce(standings.mrr_amount, 0) as start_mrr,
        cast(0 as decimal(18, 2)) as end_mrr
    from periods
    inner join standings on periods.starts_at = standings.boundary_at

    union all

    select
        periods.period_grain,
        periods.period_start,
        periods.starts_at,
        standings.customer_id,
        standings.segment,
        standings.churn_basis,
        standings.currency,
        standings.first_level_from,
        0 as is_at_start,
        1 as is_at_end,
        case when standings.standing = 'pending' then 1 else 0 end as is_pending,
        cast(0 as decimal(18, 2)) as start_mrr,
        coalesce(standings.mrr_amount, 0) as end_mrr
    from periods
    inner join standings on periods.ends_at = standings.boundary_at
),

compared as (
    select
        period_grain,
        period_start,
        segment,
        churn_basis,
        currency,
        max(is_at_start) as is_at_start,
        max(is_at_end) as is_at_end,
        max(is_pending) as is_pending,
        case when min(first_level_from) >= min(starts_at) then 1 else 0 end as is_new,
        max(start_mrr) as start_mrr,
        max(end_mrr) as end_mrr
    from ends
    group by period_grain, period_start, customer_id, segment, churn_basis, currency
),

movements as (
    select
        period_grain,
        period_start,
        segment,
        churn_basis,
        currency,
        sum(is_at_start) as customers_at_start,
        sum(is_at_start * (1 - is_at_end)) as lost_customers,
        sum((1 - is_at_start) * is_new) as new_customers,
        sum((1 - is_at_start) * (1 - is_new)) as reactivated_customers,
        sum(is_at_end) as customers_at_end,
        sum(is_pending) as pending_customers,
        sum(start_mrr) as start_mrr,
        sum((1 - is_at_start) * is_new * end_mrr) as new_mrr,
        sum((1 - is_at_start) * (1 - is_new) * end_mrr) as reactivated_mrr,
        sum(is_at_start * is_at_end * greatest(end_mrr - start_mrr, 0)) as expansion_mrr,
        sum(is_at_start * is_at_end * greatest(start_mrr - end_mrr, 0)) as contraction_mrr,
        sum((1 - is_at_end) * start_mrr) as lost_mrr,
        sum(end_mrr) as end_mrr,
        sum(is_pending * end_mrr) as pending_mrr,
        cast(0 as bigint) as order_count,
        cast(0 as bigint) as buyers,
        cast(0 as bigint) as returning_buyers,
        cast(0 as decimal(18, 2)) as new_spend,
        cast(0 as decimal(18, 2)) as returning_spend
    from compared
    group by period_grain, period_start, segment, churn_basis, currency
),

order_days as (
    select
        orders.customer_id,
        coalesce(customers.segment, 'unknown') as segment,
        lifetimes.churn_basis,
        coalesce(orders.currency, 'unknown') as currency,
        orders.ordered_at,
        min(orders.ordered_at) over (partition by orders.customer_id) as first_ordered_at,
        coalesce(orders.total_amount, 0) - coalesce(orders.refund_amount, 0) as amount
    from orders
    inner join customers on orders.customer_id = customers.customer_id
    inner join lifetimes on orders.customer_id = lifetimes.customer_id
),

buyers as (
    select
        periods.period_grain,
        periods.period_start,
        order_days.segment,
        order_days.churn_basis,
        order_days.currency,
        count(*) as order_count,
        sum(order_days.amount) as amount,
        max(case when order_days.first_ordered_at < periods.starts_at then 1 else 0 end)
            as is_returning
    from order_days
    inner join periods
        on
            order_days.ordered_at >= periods.starts_at
            and order_days.ordered_at < periods.ends_at
    group by
        periods.period_grain,
        periods.period_start,
        order_days.customer_id,
        order_days.segment,
        order_days.churn_basis,
        order_days.currency
),

purchases as (
    select
        period_grain,
        period_start,
        segment,
        churn_basis,
        currency,
        sum(order_count) as order_count,
        count(*) as buyers,
        sum(is_returning) as returning_buyers,
        sum((1 - is_returning) * amount) as new_spend,
        sum(is_returning * amount) as returning_spend
    from buyers
    group by period_grain, period_start, segment, churn_basis, currency
),

{%- set measures = [
    'customers_at_start', 'lost_customers', 'new_customers', 'reactivated_customers',
    'customers_at_end', 'pending_customers', 'start_mrr', 'new_mrr', 'reactivated_mrr',
    'expansion_mrr', 'contraction_mrr', 'lost_mrr', 'end_mrr', 'pending_mrr', 'order_count',
    'buyers', 'returning_buyers', 'new_spend', 'returning_spend',
] %}

together as (
    select
        period_grain,
        period_start,
        segment,
        churn_basis,
        currency,
        {{ measures | join(',\n        ') }}
    from movements

    union all

    select
        period_grain,
        period_start,
        segment,
        churn_basis,
        currency,
        {%- for measure in measures[:14] %}
        0 as {{ measure }},
        {%- endfor %}
        {{ measures[14:] | join(',\n        ') }}
    from purchases
),

-- A customer has one segment, so all segments together are the sum over them.
in_segments as (
    select * from together

    union all

    select
        period_grain,
        period_start,
        'all' as segment,
        churn_basis,
        currency,
        {{ measures | join(',\n        ') }}
    from together
),

summed as (
    select
        period_grain,
        period_start,
        segment,
        churn_basis,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        currency
    from in_segments
    group by period_grain, period_start, segment, churn_basis, currency
),

described as (
    select
        summed.*,
        periods.period_end,
        periods.is_complete,
        summed.churn_basis = 'contractual' as is_contractual,
        case summed.period_grain when 'month' then 12 when 'quarter' then 4 else 1 end
            as periods_a_year,
        wallets.annual_wallet_amount
    from summed
    inner join periods
        on
            summed.period_grain = periods.period_grain
            and summed.period_start = periods.period_start
    left join wallets
        on summed.segment = wallets.segment and summed.currency = wallets.currency
)

select
    period_grain,
    period_start,
    period_end,
    is_complete,
    segment,
    churn_basis,
    currency,
    cast(customers_at_start as bigint) as customers_at_start,
    cast(new_customers as bigint) as new_customers,
    cast(reactivated_customers as bigint) as reactivated_customers,
    cast(lost_customers as bigint) as lost_customers,
    cast(customers_at_end as bigint) as customers_at_end,
    cast(pending_customers as bigint) as pending_customers,
    cast(lost_customers * 1.0e0 / nullif(customers_at_start, 0) as double) as churn_rate,
    cast({{ wilson_lower('lost_customers', 'customers_at_start') }} as double) as churn_rate_lower,
    cast({{ wilson_upper('lost_customers', 'customers_at_start') }} as double) as churn_rate_upper,
    customers_at_start >= {{ var('minimum_sample_size') }} as has_enough_customers,
    case when is_contractual then cast(start_mrr as decimal(18, 2)) end as start_mrr_amount,
    case when is_contractual then cast(new_mrr as decimal(18, 2)) end as new_mrr_amount,
    case when is_contractual then cast(reactivated_mrr as decimal(18, 2)) end
        as reactivated_mrr_amount,
    case when is_contractual then cast(expansion_mrr as decimal(18, 2)) end
        as expansion_mrr_amount,
    case when is_contractual then cast(contraction_mrr as decimal(18, 2)) end
        as contraction_mrr_amount,
    case when is_contractual then cast(lost_mrr as decimal(18, 2)) end as lost_mrr_amount,
    case when is_contractual then cast(end_mrr as decimal(18, 2)) end as end_mrr_amount,
    case when is_contractual then cast(pending_mrr as decimal(18, 2)) end as pending_mrr_amount,
    case
        when is_contractual
            then cast(
                (start_mrr - lost_mrr - contraction_mrr) * 1.0e0 / nullif(start_mrr, 0) as double
            )
    end as gross_revenue_retention_rate,
    case
        when is_contractual
            then cast(
                (start_mrr - lost_mrr - contraction_mrr + expansion_mrr) * 1.0e0
                / nullif(start_mrr, 0) as double
            )
    end as net_revenue_retention_rate,
    cast(
        case when is_contractual then end_mrr else new_spend + returning_spend end * 1.0e0
        / nullif(customers_at_end, 0) as decimal(18, 2)
    ) as arpu_amount,
    cast(order_count as bigint) as order_count,
    cast(buyers as bigint) as buyers,
    cast(returning_buyers as bigint) as returning_buyers,
    cast(returning_buyers * 1.0e0 / nullif(buyers, 0) as double) as repeat_rate,
    cast({{ wilson_lower('returning_buyers', 'buyers') }} as double) as repeat_rate_lower,
    cast({{ wilson_upper('returning_buyers', 'buyers') }} as double) as repeat_rate_upper,
    cast(new_spend as decimal(18, 2)) as new_spend_amount,
    cast(returning_spend as decimal(18, 2)) as returning_spend_amount,
    cast(returning_spend * 1.0e0 / nullif(new_spend + returning_spend, 0) as double)
        as returning_spend_share,
    cast(
        periods_a_year * (new_spend + returning_spend)
        + case when is_contractual then 12 * end_mrr else 0 end as double
    ) / nullif(customers_at_end * annual_wallet_amount, 0) as wallet_share,
    case when annual_wallet_amount is null then 'no data' else 'stated wallet' end
        as wallet_share_basis
from described
