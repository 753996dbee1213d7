with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

activity as (
    select * from {{ ref('int_customer_activity') }}
),

voice as (
    select * from {{ ref('int_customer_voice') }}
),

segment_names as (
    select * from {{ ref('rfm_segments') }}
),

measures as (
    select
        customers.customer_id,
        coalesce(lifetimes.churn_basis, 'none') as churn_basis,
        coalesce(lifetimes.is_active, false) as is_active,
        lifetimes.current_started_at,
        lifetimes.previous_churned_at,
        lifetimes.ended_at,
        {{ days_before_as_of('lifetimes.ended_at') }}
            as silent_days,
        case
            when lifetimes.churn_basis = 'silence' then customer_values.last_order_at
            else coalesce(lifetimes.last_activity_at, lifetimes.current_started_at)
        end as last_seen_at,
        case
            when lifetimes.churn_basis = 'silence' then customer_values.order_count
            else coalesce(activity.active_days_90d, 0)
        end as frequency,
        case
            when lifetimes.churn_basis = 'silence' then customer_values.lifetime_revenue_amount
            else customer_values.revenue_365d_amount
        end as monetary_amount,
        customer_values.currency,
        coalesce(activity.usage_events_30d, 0) as usage_events_30d,
        coalesce(activity.usage_events_previous_30d, 0) as usage_events_previous_30d,
        lifetimes.last_activity_at,
        voice.last_nps
    from customers
    left join lifetimes on customers.customer_id = lifetimes.customer_id
    left join customer_values on customers.customer_id = customer_values.customer_id
    left join activity on customers.customer_id = activity.customer_id
    left join voice on customers.customer_id = voice.customer_id
),

aged as (
    select
        *,
        {{ days_before_as_of('last_seen_at') }}
            as recency_days
    from measures
),

-- Equal values get equal scores, which ntile would not give: the share of customers below decides.
scored as (
    select
        customer_id,
        {{ quintile_score('recency_days desc') }} as recency_score,
        {{ quintile_score('frequency') }} as frequency_score,
        {{ quintile_score('monetary_amount') }} as monetary_score
    from aged
    where
        churn_basis <> 'none'
        and recency_days is not null
        and frequency is not null
        and monetary_amount is not null
),

states as (
    select
        customer_id,
        case
            when churn_basis = 'none' then 'prospect'
            when not is_active then 'churned'
            when current_started_at >= {{ last_days_start(var('new_customer_days')) }}
                then case when previous_churned_at is null then 'new' else 'won_back' end
            when churn_basis = 'contractual' and ended_at is not null then 'at_risk'
            when churn_basis = 'silence' and silent_days > {{ var('inactivity_days') }} * 0.75
                then 'dormant'
            when churn_basis = 'silence' and silent_days > {{ var('inactivity_days') }} * 0.5
                then 'at_risk'
            when
                churn_basis = 'contractual'
                and coalesce(last_activity_at, current_started_at)
                < {{ last_days_start(var('dormant_days')) }}
                then 'dormant'
            when
                churn_basis = 'contractual'
                and {{ is_use_declining('usage_events_30d', 'usage_events_previous_30d') }}
                then 'at_risk'
            else 'active'
        end as lifecycle_state
    from aged
)

select
    aged.customer_id,
    cast(aged.recency_days as bigint) as recency_days,
    cast(aged.frequency as bigint) as frequency,
    aged.monetary_amount,
    aged.currency,
    scored.recency_score,
    scored.frequency_score,
    scored.monetary_score,
    coalesce(segment_names.rfm_segment, 'no_purchase') as rfm_segment,
    states.lifecycle_state,
    case
        when scored.monetary_score is null then 'none'
        when scored.monetary_score = 5 then 'high'
        when scored.monetary_score >= 2 then 'medium'
        else 'low'
    end as value_band,
    case
        when aged.last_nps >= 9 then 'fanatic'
        when aged.last_nps >= 7 then 'neutral'
        when aged.last_nps is not null then 'skeptic'
        else 'unknown'
    end as attitude,
    coalesce(aged.last_activity_at >= {{ last_days_start(30) }}, false) as is_engaged
from aged
left join scored on aged.customer_id = scored.customer_id
left join segment_names
    on
        scored.recency_score = segment_names.recency_score
        and cast(floor((scored.frequency_score + scored.monetary_score + 1) / 2.0) as bigint)
        = segment_names.value_score
inner join states on aged.customer_id = states.customer_id
