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

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

running_contracts as (
    select
        customer_id,
        max(coalesce(contract_months, 1)) as contract_months
    from subscription_changes
    where valid_to is null and status = 'active' and customer_id is not null
    group by customer_id
),

measures as (
    select
        customers.customer_id,
        -- A trial that was never paid for makes no customer.
        case
            when lifetimes.current_started_at is null then 'none'
            else coalesce(lifetimes.churn_basis, 'none')
        end as churn_basis,
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
        customer_values.order_count,
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

segmented as (
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
        {{ lifecycle_state(
            'aged.churn_basis',
            'aged.is_active',
            'aged.current_started_at >= ' ~ last_days_start(var('new_customer_days')),
            'aged.previous_churned_at is not null',
            'aged.ended_at is not null',
            'aged.silent_days',
            'coalesce(aged.last_activity_at, aged.current_started_at) < '
            ~ last_days_start(var('dormant_days')),
            is_use_declining('aged.usage_events_30d', 'aged.usage_events_previous_30d'),
        ) }} as lifecycle_state,
        {{ value_band('scored.monetary_score') }} as value_band,
        {{ attitude('aged.last_nps') }} as attitude,
        coalesce(aged.last_activity_at >= {{ last_days_start(30) }}, false) as is_engaged,
        {{ buying_habit(
            'aged.churn_basis', 'running_contracts.contract_months', 'aged.order_count'
        ) }} as buying_habit
    from aged
    left join scored on aged.customer_id = scored.customer_id
    left join running_contracts on aged.customer_id = running_contracts.customer_id
    left join segment_names
        on
            scored.recency_score = segment_names.recency_score
            and cast(floor((scored.frequency_score + scored.monetary_score + 1) / 2.0) as bigint)
            = segment_names.value_score
),

described as (
    select
        segmented.*,
        customers.segment,
        customers.business_model,
        customers.industry,
        customers.country,
        customers.size_band
    from segmented
    inner join customers on segmented.customer_id = customers.customer_id
),

matched_personas as (
    {{ first_matching_personas('described', ['customer_id']) }}
)

select
    described.customer_id,
    described.recency_days,
    described.frequency,
    described.monetary_amount,
    described.currency,
    described.recency_score,
    described.frequency_score,
    described.monetary_score,
    described.rfm_segment,
    described.lifecycle_state,
    described.value_band,
    described.attitude,
    described.is_engaged,
    described.buying_habit,
    coalesce(matched_personas.persona_id, 'none') as persona_id
from described
left join matched_personas on described.customer_id = matched_personas.customer_id
