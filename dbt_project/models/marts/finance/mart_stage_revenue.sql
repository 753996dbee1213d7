with

periods as (
    select * from {{ ref('int_money_periods') }}
),

revenue_items as (
    select * from {{ ref('int_revenue_items') }}
),

customer_stages as (
    select * from {{ ref('fct_customer_stages') }}
),

stages as (
    select * from {{ ref('dim_stages') }}
),

stage_sets as (
    select distinct stage_set
    from stages
),

stays as (
    select
        customer_id,
        stage_set,
        stage_id,
        entered_at,
        lead(entered_at) over (
            partition by customer_id, stage_set
            order by entered_at, stage_id
        ) as left_at
    from customer_stages
),

first_stays as (
    select
        customer_id,
        stage_set,
        min(entered_at) as first_entered_at
    from stays
    group by customer_id, stage_set
),

-- Revenue before the first stage, or of a customer in none, is earned in none.
earners as (
    select
        revenue_items.customer_id,
        min(revenue_items.earned_from) as first_earned_at
    from revenue_items
    group by revenue_items.customer_id
),

all_stays as (
    select
        customer_id,
        stage_set,
        stage_id,
        entered_at,
        coalesce(left_at, {{ end_of_time() }}) as left_at
    from stays

    union all

    select
        earners.customer_id,
        stage_sets.stage_set,
        'none' as stage_id,
        earners.first_earned_at as entered_at,
        coalesce(first_stays.first_entered_at, {{ end_of_time() }}) as left_at
    from earners
    cross join stage_sets
    left join first_stays
        on
            earners.customer_id = first_stays.customer_id
            and stage_sets.stage_set = first_stays.stage_set
    where
        first_stays.first_entered_at is null
        or earners.first_earned_at < first_stays.first_entered_at
),

months as (
    select * from periods
    where period_grain = 'month'
),

-- The part of an item that was earned in a stage, month by month.
parts as (
    select
        all_stays.stage_set,
        all_stays.stage_id,
        months.period_start as month_start,
        revenue_items.customer_id,
        revenue_items.currency,
        case
            when revenue_items.revenue_kind = 'order'
                then cast(revenue_items.amount as double)
            else
                cast(revenue_items.amount as double)
                * {{ seconds_between(
                    'greatest(revenue_items.earned_from, all_stays.entered_at, months.starts_at)',
                    'least(revenue_items.earned_to, all_stays.left_at, months.ends_at)'
                ) }} / {{ seconds_per_month() }}
        end as amount
    from revenue_items
    inner join all_stays
        on
            revenue_items.customer_id = all_stays.customer_id
            and revenue_items.earned_from < all_stays.left_at
            and (
                revenue_items.earned_to > all_stays.entered_at
                or revenue_items.earned_from = all_stays.entered_at
            )
    inner join months
        on
            greatest(revenue_items.earned_from, all_stays.entered_at) < months.ends_at
            and (
                least(revenue_items.earned_to, all_stays.left_at) > months.starts_at
                or revenue_items.earned_from >= months.starts_at
            )
),

by_month as (
    select
        stage_set,
        stage_id,
        month_start,
        customer_id,
        currency,
        {{ exact_sum('amount') }} as amount
    from parts
    group by stage_set, stage_id, month_start, customer_id, currency
),

summed as (
    select
        by_month.stage_set,
        by_month.stage_id,
        periods.period_grain,
        periods.period_start,
        by_month.currency,
        count(distinct by_month.customer_id) as customers,
        {{ exact_sum('by_month.amount') }} as revenue
    from by_month
    inner join periods
        on
            by_month.month_start >= periods.period_start
            and by_month.month_start <= periods.period_end
    group by
        by_month.stage_set,
        by_month.stage_id,
        periods.period_grain,
        periods.period_start,
        by_month.currency
),

totals as (
    select
        stage_set,
        period_grain,
        period_start,
        currency,
        {{ exact_sum('revenue') }} as revenue
    from summed
    group by stage_set, period_grain, period_start, currency
)

select
    summed.period_grain,
    summed.period_start,
    periods.period_end,
    periods.is_complete,
    summed.stage_set,
    summed.stage_id,
    coalesce(stages.stage_name, 'None') as stage_name,
    cast(coalesce(stages.stage_order, 0) as bigint) as stage_order,
    summed.currency,
    summed.customers,
    cast(summed.revenue as double) as revenue_amount,
    cast(summed.revenue / nullif(totals.revenue, 0) as double) as revenue_share
from summed
inner join periods
    on
        summed.period_grain = periods.period_grain
        and summed.period_start = periods.period_start
inner join totals
    on
        summed.stage_set = totals.stage_set
        and summed.period_grain = totals.period_grain
        and summed.period_start = totals.period_start
        and summed.currency = totals.currency
left join stages
    on
        summed.stage_set = stages.stage_set
        and summed.stage_id = stages.stage_id
