with

churn_risk as (
    select * from {{ ref('mart_churn_risk') }}
),

by_segment as (
    select
        coalesce(segment, 'unknown') as segment,
        currency,
        annual_value_amount,
        expected_loss_amount,
        risk_band
    from churn_risk

    union all

    select
        'all' as segment,
        currency,
        annual_value_amount,
        expected_loss_amount,
        risk_band
    from churn_risk
),

summed as (
    select
        segment,
        coalesce(currency, 'unknown') as currency,
        count(*) as active_customers,
        count(*) filter (where risk_band <> 'no forecast') as forecast_customers,
        count(*) filter (where risk_band = 'high') as at_risk_customers,
        {{ exact_average('annual_value_amount') }} as average_value,
        {{ exact_sum('expected_loss_amount') }} as expected_loss
    from by_segment
    group by segment, coalesce(currency, 'unknown')
)

select
    segment,
    active_customers,
    forecast_customers,
    case when forecast_customers > 0 then at_risk_customers end as at_risk_customers,
    cast(average_value as decimal(18, 2)) as average_customer_value_amount,
    case
        when forecast_customers > 0
            then cast(average_value * at_risk_customers as decimal(18, 2))
    end as simple_value_at_risk_amount,
    cast(expected_loss as decimal(18, 2)) as expected_loss_amount,
    currency,
    cast(90 as bigint) as horizon_days,
    cast({{ var('churn_high_probability') }} as double) as threshold_probability
from summed
