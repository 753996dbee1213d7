with

periods as (
    select * from {{ ref('int_money_periods') }}
),

months as (
    select * from {{ ref('int_acquisition_months') }}
),

gross_margin as (
    select base as margin_share
    from {{ ref('assumptions') }}
    where assumption_id = 'gross_margin'
),

summed as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        months.marketing_channel,
        months.currency,
        sum(months.spend_amount) as spend_amount,
        sum(months.clicks) as clicks,
        sum(months.impressions) as impressions,
        sum(months.visitors) as visitors,
        sum(months.converted_visitors) as converted_visitors,
        sum(months.trials) as trials,
        sum(months.converted_trials) as converted_trials,
        sum(months.new_customers) as new_customers,
        {{ exact_sum('months.credited_customers') }} as credited_customers,
        {{ exact_sum('months.valued_credit') }} as valued_credit,
        {{ exact_sum('months.credited_monthly_amount') }} as credited_monthly_amount
    from months
    inner join periods
        on
            months.month_start >= periods.period_start
            and months.month_start <= periods.period_end
    group by
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        months.marketing_channel,
        months.currency
),

measured as (
    select
        *,
        -- Customers who came without any spending on file may have cost something all the same.
        cast(nullif(spend_amount, 0) as double) / nullif(credited_customers, 0)
            as cost_per_customer,
        credited_monthly_amount / nullif(valued_credit, 0) as monthly_value
    from summed
)

select
    measured.period_grain,
    measured.period_start,
    measured.period_end,
    measured.is_complete,
    measured.marketing_channel,
    measured.currency,
    cast(measured.spend_amount as decimal(18, 2)) as spend_amount,
    cast(measured.clicks as bigint) as clicks,
    cast(measured.impressions as bigint) as impressions,
    cast(measured.visitors as bigint) as visitors,
    cast(measured.converted_visitors as bigint) as converted_visitors,
    cast(measured.converted_visitors * 1.0e0 / nullif(measured.visitors, 0) as double)
        as visitor_conversion_rate,
    cast({{ wilson_lower('measured.converted_visitors', 'measured.visitors') }} as double)
        as visitor_conversion_rate_lower,
    cast({{ wilson_upper('measured.converted_visitors', 'measured.visitors') }} as double)
        as visitor_conversion_rate_upper,
    cast(measured.trials as bigint) as trials,
    cast(measured.converted_trials as bigint) as converted_trials,
    cast(measured.converted_trials * 1.0e0 / nullif(measured.trials, 0) as double)
        as trial_conversion_rate,
    cast({{ wilson_lower('measured.converted_trials', 'measured.trials') }} as double)
        as trial_conversion_rate_lower,
    cast({{ wilson_upper('measured.converted_trials', 'measured.trials') }} as double)
        as trial_conversion_rate_upper,
    cast(measured.new_customers as bigint) as new_customers,
    cast(measured.credited_customers as double) as credited_customers,
    cast(measured.cost_per_customer as decimal(18, 2)) as cac_amount,
    cast(measured.monthly_value as decimal(18, 2)) as new_customer_monthly_amount,
    cast(
        measured.cost_per_customer
        / nullif(measured.monthly_value * gross_margin.margin_share, 0) as double
    ) as payback_months,
    case
        when measured.spend_amount = 0 then 'no spend'
        when measured.credited_customers = 0 then 'spend without customers'
        else 'ok'
    end as cac_status,
    'by place on the path: 100, 50/50, 40/20/40' as attribution
from measured
cross join gross_margin
