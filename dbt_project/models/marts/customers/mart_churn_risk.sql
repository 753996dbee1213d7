with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
    where is_active
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

service as (
    select * from {{ ref('int_customer_service') }}
),

actions as (
    select * from {{ ref('retention_actions') }}
),

scores as (
    select * from {{ source('ml', 'churn_scores') }}
    where as_of_date = {{ as_of_date() }}
),

model_runs as (
    select
        status,
        reason,
        row_number() over (order by model_version) as run_rank
    from {{ source('ml', 'model_status') }}
    where model_name = 'churn' and as_of_date = {{ as_of_date() }}
),

model_state as (
    select
        max(case when run_rank = 1 then status end) as status,
        max(case when run_rank = 1 then reason end) as reason
    from model_runs
),

lifetime_assumptions as (
    select
        max(base) filter (where assumption_id = 'gross_margin') as gross_margin,
        max(base) filter (where assumption_id = 'discount_rate') as discount_rate,
        max(base) filter (where assumption_id = 'lifetime_horizon_months') as horizon_months
    from {{ ref('assumptions') }}
),

signals as (
    select
        lifetimes.customer_id,
        lifetimes.churn_basis = 'contractual' and lifetimes.ended_at is not null as is_ended,
        case
            when
                activity.last_payment_failure_at >= {{ last_days_start(30) }}
                and coalesce(activity.last_payment_at < activity.last_payment_failure_at, true)
                then 'payment_failure'
            when service.open_ticket_count > 0 then 'open_ticket'
            when
                (voice.last_nps <= 6 and voice.last_nps_at >= {{ last_days_start(90) }})
                or (voice.last_csat <= 2 and voice.last_csat_at >= {{ last_days_start(90) }})
                then 'low_score'
            when
                voice.last_sentiment = 'negative'
                and voice.last_sentiment_at >= {{ last_days_start(90) }}
                then 'negative_comment'
            when
                {{ is_use_declining(
                    'activity.usage_events_30d', 'activity.usage_events_previous_30d'
                ) }}
                then 'use_decline'
            when
                lifetimes.churn_basis = 'contractual'
                and coalesce(lifetimes.last_activity_at < {{ last_days_start(30) }}, true)
                then 'silent'
            else 'none'
        end as leading_signal
    from lifetimes
    left join activity on lifetimes.customer_id = activity.customer_id
    left join voice on lifetimes.customer_id = voice.customer_id
    left join service on lifetimes.customer_id = service.customer_id
),

-- The headline probability: 90 days ahead, or 180 where only that horizon means anything.
forecasts as (
    select
        *,
        coalesce(churn_probability_90d, churn_probability_180d) as headline_probability
    from scores
),

-- Chance of staying one more month and of a month's money being worth its face a month later, as
-- one factor: the hazard of the longest known horizon, held constant.
retention as (
    select
        forecasts.customer_id,
        case
            when forecasts.churn_probability_180d is not null
                then power(1 - least(forecasts.churn_probability_180d, 0.999999), 1 / 6.0)
            else power(1 - least(forecasts.churn_probability_90d, 0.999999), 1 / 3.0)
        end
        / power(1 + lifetime_assumptions.discount_rate, 1 / 12.0) as monthly_factor
    from forecasts
    cross join lifetime_assumptions
),

risks as (
    select
        customers.customer_id,
        customers.customer_label,
        customers.segment,
        forecasts.churn_probability_30d,
        forecasts.churn_probability_90d,
        forecasts.churn_probability_180d,
        forecasts.headline_probability,
        forecasts.expected_remaining_days,
        case
            when forecasts.headline_probability is null then 'no forecast'
            when forecasts.headline_probability >= {{ var('churn_high_probability') }} then 'high'
            when forecasts.headline_probability >= {{ var('churn_medium_probability') }}
                then 'medium'
            else 'low'
        end as risk_band,
        forecasts.risk_decile,
        forecasts.reason_1,
        forecasts.reason_2,
        forecasts.reason_3,
        forecasts.model_version,
        customer_values.annual_value_amount,
        customer_values.currency,
        customer_values.annual_value_amount / 12.0 * lifetime_assumptions.gross_margin
        * (1 - power(retention.monthly_factor, lifetime_assumptions.horizon_months))
        / nullif(1 - retention.monthly_factor, 0) as lifetime_value,
        actions.recommended_action,
        case
            when model_state.status is null then 'not run for this day'
            when model_state.status <> 'fitted'
                then concat(model_state.status, coalesce(concat(': ', model_state.reason), ''))
            when forecasts.headline_probability is null and signals.is_ended
                then 'fitted; the subscription has ended and is in its days of grace'
            when forecasts.headline_probability is null then 'fitted; no score for this customer'
            else model_state.status
        end as model_status
    from customers
    inner join customer_values on customers.customer_id = customer_values.customer_id
    inner join signals on customers.customer_id = signals.customer_id
    inner join actions on signals.leading_signal = actions.signal
    left join forecasts on customers.customer_id = forecasts.customer_id
    left join retention on customers.customer_id = retention.customer_id
    cross join model_state
    cross join lifetime_assumptions
)

select
    customer_id,
    customer_label,
    segment,
    {{ as_of_date() }} as as_of_date,
    churn_probability_30d,
    churn_probability_90d,
    churn_probability_180d,
    expected_remaining_days,
    risk_band,
    risk_decile,
    reason_1,
    reason_2,
    reason_3,
    annual_value_amount,
    cast(lifetime_value as decimal(18, 2)) as lifetime_value_amount,
    cast(headline_probability * lifetime_value as decimal(18, 2)) as expected_loss_amount,
    currency,
    case
        when risk_band = 'low' then 'No action now: keep up what works'
        else recommended_action
    end as recommended_action,
    model_version,
    model_status
from risks
