with

customers as (
    select * from {{ ref('dim_customers') }}
),

spells as (
    select * from {{ ref('int_customer_spells') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
),

usage_daily as (
    select * from {{ ref('fct_usage_daily') }}
),

numbered_spells as (
    select
        customer_id,
        churn_basis,
        started_at,
        ended_at,
        churned_at,
        row_number() over (partition by customer_id order by spell_number desc) as newest_first
    from spells
),

spell_summaries as (
    select
        customer_id,
        max(churn_basis) as churn_basis,
        min(started_at) as started_at,
        max(case when newest_first = 1 then started_at end) as current_started_at,
        max(case when newest_first = 1 then ended_at end) as ended_at,
        max(case when newest_first = 1 then churned_at end) as churned_at,
        max(case when newest_first > 1 then churned_at end) as previous_churned_at,
        count(*) as spell_count
    from numbered_spells
    group by customer_id
),

-- A subscription's state now is that after its last change.
current_revenue as (
    select
        customer_id,
        sum(case when valid_to is null and status = 'active' then mrr_amount else 0 end)
            as mrr_amount,
        max(currency) as currency
    from subscription_changes
    group by customer_id
),

activity as (
    select
        customer_id,
        max(occurred_at) as last_activity_at
    from interactions
    where customer_id is not null
    group by customer_id

    union all

    select
        customer_id,
        cast(max(usage_date) as timestamp) as last_activity_at
    from usage_daily
    where customer_id is not null
    group by customer_id
),

last_activity as (
    select
        customer_id,
        max(last_activity_at) as last_activity_at
    from activity
    group by customer_id
)

select
    customers.customer_id,
    case
        when current_revenue.customer_id is not null then 'contractual'
        else coalesce(spell_summaries.churn_basis, 'none')
    end as churn_basis,
    spell_summaries.started_at,
    spell_summaries.current_started_at,
    spell_summaries.ended_at,
    spell_summaries.churned_at,
    spell_summaries.previous_churned_at,
    coalesce(spell_summaries.spell_count, 0) as spell_count,
    spell_summaries.customer_id is not null and spell_summaries.churned_at is null as is_active,
    last_activity.last_activity_at,
    current_revenue.mrr_amount,
    current_revenue.currency
from customers
left join spell_summaries on customers.customer_id = spell_summaries.customer_id
left join current_revenue on customers.customer_id = current_revenue.customer_id
left join last_activity on customers.customer_id = last_activity.customer_id
