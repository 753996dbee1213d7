{{ config(contract={'enforced': true}) }}

{%- set landmark = var('survival_landmark_days') %}

with

customers as (
    select * from {{ ref('dim_customers') }}
    where not is_test
),

-- The first stay of each customer; who came back is no new customer.
spells as (
    select
        customer_id,
        churn_basis,
        cast(started_at as date) as started_date,
        cast(ended_at as date) as ended_date,
        cast(churned_at as date) as churned_date,
        cast({{ add_days("cast(cast(started_at as date) as timestamp)", landmark) }} as date)
            as landmark_date
    from {{ ref('int_customer_spells') }}
    where spell_number = 1
),

subscription_changes as (
    select
        customer_id,
        cast(changed_at as date) as changed_date,
        seats,
        cast(mrr_amount as double) as mrr_amount,
        contract_months,
        row_number() over (
            partition by customer_id
            order by changed_at, subscription_change_id
        ) as change_number
    from {{ ref('fct_subscription_changes') }}
    where status = 'active' and customer_id is not null
),

first_subscriptions as (
    select
        customer_id,
        seats,
        mrr_amount,
        contract_months
    from subscription_changes
    where change_number = 1
),

onboarding as (
    select * from {{ ref('int_customer_onboarding') }}
),

early_usage as (
    select
        spells.customer_id,
        sum(usage_daily.event_count) as event_count,
        count(distinct usage_daily.feature) as feature_count
    from spells
    inner join {{ ref('fct_usage_daily') }} as usage_daily
        on
            spells.customer_id = usage_daily.customer_id
            and spells.started_date <= usage_daily.usage_date
            and spells.landmark_date > usage_daily.usage_date
    group by spells.customer_id
),

early_interactions as (
    select
        spells.customer_id,
        sum(case when interactions.touchpoint_id = 'support_contact' then 1 else 0 end)
            as ticket_count,
        sum(
            case
                when interactions.touchpoint_id in ('support_reopen', 'support_transfer') then 1
                else 0
            end
        ) as ticket_trouble_count,
        sum(case when interactions.touchpoint_id = 'payment_failure' then 1 else 0 end)
            as payment_failure_count
    from spells
    inner join {{ ref('fct_interactions') }} as interactions
        on
            spells.customer_id = interactions.customer_id
            and cast(interactions.occurred_at as date) >= spells.started_date
            and cast(interactions.occurred_at as date) < spells.landmark_date
    group by spells.customer_id
)

select
    spells.customer_id,
    cast(
        {{ datediff(
            'spells.started_date',
            'coalesce(spells.churned_date, spells.ended_date, ' ~ as_of_date() ~ ')',
            'day'
        ) }} as bigint
    ) as duration_days,
    cast(case when spells.churned_date is not null then 1 else 0 end as bigint) as event_observed,
    spells.churn_basis,
    customers.segment,
    customers.business_model,
    customers.size_band,
    cast(case when customers.business_model = 'self_serve' then 1 else 0 end as bigint)
        as is_self_serve,
    ln(first_subscriptions.seats) as start_seats_log,
    ln(nullif(first_subscriptions.mrr_amount, 0) / first_subscriptions.seats)
        as start_seat_price_log,
    first_subscriptions.contract_months as start_contract_months,
    cast(
        case
            when
                onboarding.first_import_date < spells.landmark_date
                and onboarding.first_report_date < spells.landmark_date
                then 1
            else 0
        end as bigint
    ) as is_onboarded_by_landmark,
    ln(1 + coalesce(early_usage.event_count, 0) / {{ landmark }}.0e0)
        as usage_per_day_to_landmark_log,
    coalesce(early_usage.feature_count, 0) as feature_count_to_landmark,
    cast(coalesce(early_interactions.ticket_count, 0) as bigint) as ticket_count_to_landmark,
    cast(coalesce(early_interactions.ticket_trouble_count, 0) as bigint)
        as ticket_trouble_count_to_landmark,
    cast(coalesce(early_interactions.payment_failure_count, 0) as bigint)
        as payment_failure_count_to_landmark
from spells
inner join customers on spells.customer_id = customers.customer_id
left join first_subscriptions on spells.customer_id = first_subscriptions.customer_id
left join onboarding on spells.customer_id = onboarding.customer_id
left join early_usage on spells.customer_id = early_usage.customer_id
left join early_interactions on spells.customer_id = early_interactions.customer_id
