{{ config(meta={'dagster': {'ref': {'name': 'mart_retention'}}}) }}

-- To the cent, and customer by customer: what is at the end is what was at the start, and what came
-- and went; and the end of one month is the start of the next.

with

retention as (
    select * from {{ ref('mart_retention') }}
),

next_months as (
    select
        *,
        lead(start_mrr_amount) over months as next_start_mrr_amount,
        lead(customers_at_start) over months as next_customers_at_start,
        lead(period_start) over months as next_period_start
    from retention
    where period_grain = 'month'
    window months as (partition by segment, churn_basis, currency order by period_start)
)

select
    'revenue does not add up' as problem,
    period_grain,
    period_start,
    segment
from retention
where
    start_mrr_amount + new_mrr_amount + reactivated_mrr_amount + expansion_mrr_amount
    - contraction_mrr_amount - lost_mrr_amount <> end_mrr_amount

union all

select
    'customers do not add up' as problem,
    period_grain,
    period_start,
    segment
from retention
where
    customers_at_start + new_customers + reactivated_customers - lost_customers <> customers_at_end

union all

select
    'a month does not begin where the one before it ended' as problem,
    period_grain,
    period_start,
    segment
from next_months
where
    next_period_start = {{ dbt.dateadd('month', 1, 'period_start') }}
    and (
        next_start_mrr_amount <> end_mrr_amount
        or next_customers_at_start <> customers_at_end
    )
