with

months as (
    select * from {{ ref('int_money_periods') }}
    where period_grain = 'month'
),

levels as (
    select * from {{ ref('int_customer_levels') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null and coalesce(status, '') <> 'cancelled'
),

members as (
    select
        levels.customer_id,
        levels.segment,
        levels.churn_basis,
        levels.currency,
        months.period_start as cohort_month,
        levels.mrr_amount as start_amount
    from levels
    inner join months
        on
            levels.level_from >= months.starts_at
            and levels.level_from < months.ends_at
    where levels.level_from = levels.first_level_from
),

kept as (
    select
        months.period_start,
        levels.customer_id,
        levels.churn_basis,
        levels.currency,
        levels.mrr_amount
    from levels
    inner join months
        on
            levels.level_from < months.ends_at
            and (levels.level_to is null or levels.level_to >= months.ends_at)
),

spending as (
    select
        months.period_start,
        orders.customer_id,
        coalesce(orders.currency, 'unknown') as currency,
        sum(coalesce(orders.total_amount, 0) - coalesce(orders.refund_amount, 0)) as amount
    from orders
    inner join customers on orders.customer_id = customers.customer_id
    inner join months
        on
            orders.ordered_at >= months.starts_at
            and orders.ordered_at < months.ends_at
    group by months.period_start, orders.customer_id, coalesce(orders.currency, 'unknown')
),

sizes as (
    select
        cohort_month,
        segment,
        churn_basis,
        currency,
        count(*) as customers_started,
        sum(start_amount) as start_amount
    from members
    group by cohort_month, segment, churn_basis, currency
),

kept_by_month as (
    select
        members.cohort_month,
        members.segment,
        members.churn_basis,
        members.currency,
        kept.period_start,
        count(*) as customers_kept,
        sum(kept.mrr_amount) as mrr_amount
    from members
    inner join kept
        on
            members.customer_id = kept.customer_id
            and members.churn_basis = kept.churn_basis
            and members.currency = kept.currency
    group by
        members.cohort_month,
        members.segment,
        members.churn_basis,
        members.currency,
        kept.period_start
),

spent_by_month as (
    select
        members.cohort_month,
        members.segment,
        members.churn_basis,
        members.currency,
        spending.period_start,
        sum(spending.amount) as amount
    from members
    inner join spending
        on
            members.customer_id = spending.customer_id
            and members.currency = spending.currency
    where members.churn_basis = 'silence'
    group by
        members.cohort_month,
        members.segment,
        members.churn_basis,
        members.currency,
        spending.period_start
),

by_segment as (
    select
        sizes.cohort_month,
        months.period_start,
        months.is_complete,
        sizes.segment,
        sizes.churn_basis,
        sizes.currency,
        sizes.customers_started,
        coalesce(kept_by_month.customers_kept, 0) as customers_kept,
        sizes.start_amount,
        case
            when sizes.churn_basis = 'silence' then coalesce(spent_by_month.amount, 0)
            else coalesce(kept_by_month.mrr_amount, 0)
        end as revenue_amount
    from sizes
    inner join months on sizes.cohort_month <= months.period_start
    left join kept_by_month
        on
            sizes.cohort_month = kept_by_month.cohort_month
            and sizes.segment = kept_by_month.segment
            and sizes.churn_basis = kept_by_month.churn_basis
            and sizes.currency = kept_by_month.currency
            and months.period_start = kept_by_month.period_start
    left join spent_by_month
        on
            sizes.cohort_month = spent_by_month.cohort_month
            and sizes.segment = spent_by_month.segment
            and sizes.churn_basis = spent_by_month.churn_basis
            and sizes.currency = spent_by_month.currency
            and months.period_start = spent_by_month.period_start
),

in_segments as (
    select * from by_segment

    union all

    select
        cohort_month,
        period_start,
        is_complete,
        'all' as segment,
        churn_basis,
        currency,
        customers_started,
        customers_kept,
        start_amount,
        revenue_amount
    from by_segment
),

summed as (
    select
        cohort_month,
        period_start,
        is_complete,
        segment,
        churn_basis,
        currency,
        sum(customers_started) as customers_started,
        sum(customers_kept) as customers_kept,
        sum(start_amount) as start_amount,
        sum(revenue_amount) as revenue_amount
    from in_segments
    group by cohort_month, period_start, is_complete, segment, churn_basis, currency
),

measured as (
    select
        *,
        {{ dbt.datediff(
            'cohort_month', 'period_start', 'month'
        ) }} as months_since,
        case
            when churn_basis = 'silence'
                then first_value(revenue_amount) over (
                    partition by cohort_month, segment, churn_basis, currency
                    order by period_start
                )
            else start_amount
        end as base_amount
    from summed
)

select
    cohort_month,
    cast(months_since as bigint) as months_since,
    period_start as month_start,
    is_complete,
    segment,
    churn_basis,
    currency,
    cast(customers_started as bigint) as customers_started,
    cast(customers_kept as bigint) as customers_kept,
    cast(customers_kept * 1.0e0 / customers_started as double) as customers_kept_share,
    cast({{ wilson_lower('customers_kept', 'customers_started') }} as double)
        as customers_kept_share_lower,
    cast({{ wilson_upper('customers_kept', 'customers_started') }} as double)
        as customers_kept_share_upper,
    cast(base_amount as decimal(18, 2)) as start_revenue_amount,
    cast(revenue_amount as decimal(18, 2)) as revenue_amount,
    cast(revenue_amount * 1.0e0 / nullif(base_amount, 0) as double) as revenue_kept_share
from measured
