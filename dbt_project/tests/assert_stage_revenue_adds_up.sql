{{ config(meta={'dagster': {'ref': {'name': 'mart_stage_revenue'}}}) }}

-- Over the stages of each set, the revenue of each month, computed without looking at stages.

with

months as (
    select * from {{ ref('int_money_periods') }}
    where period_grain = 'month'
),

revenue_items as (
    select * from {{ ref('int_revenue_items') }}
),

stage_sets as (
    select distinct stage_set
    from {{ ref('dim_stages') }}
),

earned as (
    select
        months.period_start,
        revenue_items.currency,
        sum(
            case
                when revenue_items.revenue_kind = 'order' then revenue_items.amount
                else
                    revenue_items.amount
                    * {{ seconds_between(
                        'greatest(revenue_items.earned_from, months.starts_at)',
                        'least(revenue_items.earned_to, months.ends_at)'
                    ) }} / {{ seconds_per_month() }}
            end
        ) as revenue
    from revenue_items
    inner join months
        on
            revenue_items.earned_from < months.ends_at
            and (
                revenue_items.earned_to > months.starts_at
                or revenue_items.earned_from >= months.starts_at
            )
    group by months.period_start, revenue_items.currency
),

by_stage as (
    select
        period_start,
        stage_set,
        currency,
        sum(revenue_amount) as revenue
    from {{ ref('mart_stage_revenue') }}
    where period_grain = 'month'
    group by period_start, stage_set, currency
)

select
    earned.period_start,
    stage_sets.stage_set,
    earned.currency,
    earned.revenue,
    by_stage.revenue as revenue_by_stage
from earned
cross join stage_sets
left join by_stage
    on
        earned.period_start = by_stage.period_start
        and stage_sets.stage_set = by_stage.stage_set
        and earned.currency = by_stage.currency
where abs(earned.revenue - coalesce(by_stage.revenue, 0)) > 0.01
