{{ config(schema='core', contract={'enforced': false}) }}

with recursive

first_days as (
    select min(changed_at) as first_at
    from {{ ref('fct_subscription_changes') }}

    union all

    select min(ordered_at) as first_at
    from {{ ref('fct_orders') }}

    union all

    select cast(min(spend_date) as timestamp) as first_at
    from {{ ref('fct_marketing_spend') }}
),

months (month_start) as (
    select cast({{ dbt.date_trunc('month', 'min(first_at)') }} as date) as month_start
    from first_days
    having min(first_at) is not null

    union all

    select cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as month_start
    from months
    where {{ dbt.dateadd('month', 1, 'month_start') }} <= {{ as_of_date() }}
),

first_month as (
    select min(month_start) as first_month_start
    from months
),

periods as (
    select
        'month' as period_grain,
        month_start as period_start,
        {{ dbt.dateadd('month', 1, 'month_start') }} as next_start
    from months

    union all

    select
        'quarter' as period_grain,
        month_start as period_start,
        {{ dbt.dateadd('month', 3, 'month_start') }} as next_start
    from months
    where cast({{ dbt.date_trunc('quarter', 'month_start') }} as date) = month_start

    union all

    -- A rolling year for each month in which it ends, from the first full one on.
    select
        'twelve_months' as period_grain,
        cast({{ dbt.dateadd('month', -11, 'months.month_start') }} as date) as period_start,
        {{ dbt.dateadd('month', 1, 'months.month_start') }} as next_start
    from months
    cross join first_month
    where
        {{ dbt.dateadd('month', -11, 'months.month_start') }} >= first_month.first_month_start
)

select
    period_grain,
    period_start,
    cast(
        least(
            cast({{ dbt.dateadd('day', -1, 'next_start') }} as date), {{ as_of_date() }}
        ) as date
    ) as period_end,
    cast(period_start as timestamp) as starts_at,
    least(cast(next_start as timestamp), {{ as_of_end() }}) as ends_at,
    cast(next_start as timestamp) <= {{ as_of_end() }} as is_complete
from periods
