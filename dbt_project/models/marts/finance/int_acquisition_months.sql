{{ config(schema='core', contract={'enforced': false}) }}

with

spend as (
    select * from {{ ref('fct_marketing_spend') }}
),

web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

conversions as (
    select * from {{ ref('int_conversions') }}
),

paths as (
    select * from {{ ref('fct_purchase_paths') }}
    where marketing_credit > 0
),

levels as (
    select * from {{ ref('int_customer_levels') }}
    where level_from = first_level_from
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

-- What a new customer is worth a month: the first monthly rate, or what a buyer has spent per month
-- since the first order.
monthly_values as (
    select
        levels.customer_id,
        levels.currency,
        max(
            case
                when levels.churn_basis = 'contractual' then cast(levels.mrr_amount as double)
                else
                    cast(customer_values.order_revenue_amount as double)
                    / greatest(
                        {{ seconds_between('levels.level_from', as_of_end()) }}
                        / {{ seconds_per_month() }}, 1.0e0
                    )
            end
        ) as monthly_amount
    from levels
    inner join customer_values on levels.customer_id = customer_values.customer_id
    group by levels.customer_id, levels.currency
),

first_payments as (
    select
        customer_id,
        converted_at
    from conversions
    where conversion_id = 'new_customer'
),

spent as (
    select
        cast({{ dbt.date_trunc('month', 'spend_date') }} as date) as month_start,
        coalesce(marketing_channel, 'unknown') as marketing_channel,
        coalesce(currency, 'unknown') as currency,
        sum(spend_amount) as spend_amount,
        sum(clicks) as clicks,
        sum(impressions) as impressions
    from spend
    group by
        cast({{ dbt.date_trunc('month', 'spend_date') }} as date),
        coalesce(marketing_channel, 'unknown'),
        coalesce(currency, 'unknown')
),

first_visits as (
    select
        visitor_id,
        customer_id,
        started_at,
        coalesce(marketing_channel, 'unknown') as marketing_channel,
        row_number() over (partition by visitor_id order by started_at, web_session_id)
            as visit_number
    from web_sessions
),

-- Who comes to the site for the first time as a customer is no prospect.
visited as (
    select
        cast({{ dbt.date_trunc('month', 'first_visits.started_at') }} as date) as month_start,
        first_visits.marketing_channel,
        count(*) as visitors,
        count(first_payments.customer_id) as converted_visitors
    from first_visits
    left join first_payments on first_visits.customer_id = first_payments.customer_id
    where
        first_visits.visit_number = 1
        and (
            first_payments.converted_at is null
            or first_payments.converted_at >= first_visits.started_at
        )
    group by
        cast({{ dbt.date_trunc('month', 'first_visits.started_at') }} as date),
        first_visits.marketing_channel
),

last_touches as (
    select
        *,
        row_number() over (partition by conversion_id, customer_id order by touch_number desc)
            as number_from_end
    from paths
    where conversion_id = 'trial'
),

tried as (
    select
        cast({{ dbt.date_trunc('month', 'last_touches.converted_at') }} as date) as month_start,
        last_touches.marketing_channel,
        count(*) as trials,
        count(first_payments.customer_id) as converted_trials
    from last_touches
    left join first_payments
        on
            last_touches.customer_id = first_payments.customer_id
            and last_touches.converted_at <= first_payments.converted_at
    where last_touches.number_from_end = 1
    group by
        cast({{ dbt.date_trunc('month', 'last_touches.converted_at') }} as date),
        last_touches.marketing_channel
),

customer_credits as (
    select
        customer_id,
        converted_at,
        marketing_channel,
        sum(marketing_credit) as credit
    from paths
    where conversion_id = 'new_customer'
    group by customer_id, converted_at, marketing_channel

    union all

    select
        customer_id,
        converted_at,
        'all' as marketing_channel,
        1.0e0 as credit
    from first_payments
),

won as (
    select
        cast({{ dbt.date_trunc('month', 'converted_at') }} as date) as month_start,
        marketing_channel,
        count(*) as new_customers,
        {{ exact_sum('credit') }} as credited_customers
    from customer_credits
    group by
        cast({{ dbt.date_trunc('month', 'converted_at') }} as date),
        marketing_channel
),

won_values as (
    select
        cast({{ dbt.date_trunc('month', 'customer_credits.converted_at') }} as date)
            as month_start,
        customer_credits.marketing_channel,
        monthly_values.currency,
        {{ exact_sum('customer_credits.credit') }} as valued_credit,
        {{ exact_sum('customer_credits.credit * monthly_values.monthly_amount') }}
            as credited_monthly_amount
    from customer_credits
    inner join monthly_values on customer_credits.customer_id = monthly_values.customer_id
    group by
        cast({{ dbt.date_trunc('month', 'customer_credits.converted_at') }} as date),
        customer_credits.marketing_channel,
        monthly_values.currency
),

-- Customers are counted beside the spending of each currency: what is spent in one currency wins
-- customers who pay in another. Without any spending the customers' own currencies stand.
currencies as (
    select currency
    from spent
    union
    select currency
    from monthly_values
    where not exists (select spent.currency from spent)
    union
    select 'unknown' as currency
    where
        not exists (select spent.currency from spent)
        and not exists (select monthly_values.currency from monthly_values)
),

{%- set measures = [
    'spend_amount', 'clicks', 'impressions', 'visitors', 'converted_visitors', 'trials',
    'converted_trials', 'new_customers', 'credited_customers', 'valued_credit',
    'credited_monthly_amount',
] %}
{%- set origins = {
    'spent': measures[:3], 'visited': measures[3:5], 'tried': measures[5:7], 'won': measures[7:9],
    'won_values': measures[9:],
} %}

together as (
    {%- for origin, supplied in origins.items() %}
    select
        month_start,
        {{ 'currency' if 'spend_amount' in supplied or 'valued_credit' in supplied
            else 'cast(null as varchar)' }} as currency,
        {%- for measure in measures %}
        {{ measure if measure in supplied else '0' }} as {{ measure }},
        {%- endfor %}
        marketing_channel
    from {{ origin }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- What is in no currency, customers and visitors, stands beside each.
in_currencies as (
    select
        together.month_start,
        currencies.currency,
        {%- for measure in measures %}
        together.{{ measure }},
        {%- endfor %}
        together.marketing_channel
    from together
    inner join currencies
        on coalesce(together.currency, currencies.currency) = currencies.currency
),

in_channels as (
    select * from in_currencies

    union all

    select
        month_start,
        currency,
        {%- for measure in measures[:7] %}
        {{ measure }},
        {%- endfor %}
        {%- for measure in measures[7:] %}
        0 as {{ measure }},
        {%- endfor %}
        'all' as marketing_channel
    from in_currencies
    where marketing_channel <> 'all'
)

select
    month_start,
    marketing_channel,
    currency,
    cast(sum(spend_amount) as decimal(18, 2)) as spend_amount,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(impressions) as bigint) as impressions,
    cast(sum(visitors) as bigint) as visitors,
    cast(sum(converted_visitors) as bigint) as converted_visitors,
    cast(sum(trials) as bigint) as trials,
    cast(sum(converted_trials) as bigint) as converted_trials,
    cast(sum(new_customers) as bigint) as new_customers,
    {{ exact_sum('credited_customers') }} as credited_customers,
    {{ exact_sum('valued_credit') }} as valued_credit,
    {{ exact_sum('credited_monthly_amount') }} as credited_monthly_amount
from in_channels
group by month_start, marketing_channel, currency
