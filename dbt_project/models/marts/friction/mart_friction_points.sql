with

detectors as (
    select * from {{ ref('friction_detectors') }}
),

events as (
    select * from {{ ref('int_friction_events') }}
),

effects as (
    select * from {{ ref('int_experience_effects') }}
    where family = 'detector'
),

satisfaction as (
    select * from {{ ref('int_friction_satisfaction') }}
    where is_enough
),

spells as (
    select * from {{ ref('int_customer_spells') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
    where is_active
),

channels as (
    select * from {{ ref('dim_channels') }}
),

months as (
    select distinct cast({{ dbt.date_trunc('month', 'occurred_at') }} as date) as month_start
    from events
),

first_month as (
    select
        min(month_start) as month_start,
        cast(min(month_start) as timestamp) as starts_at
    from months
),

costed as (
    select
        events.detector_id,
        events.segment,
        events.customer_id,
        cast({{ dbt.date_trunc('month', 'events.occurred_at') }} as date) as month_start,
        events.minutes_lost,
        case when detectors.is_caused_contact then channels.cost_per_contact_amount end
            as handling_amount,
        case when detectors.is_caused_contact then channels.currency end as handling_currency
    from events
    inner join detectors on events.detector_id = detectors.detector_id
    left join channels on events.channel_id = channels.channel_id
),

-- One row per customer first, so that the periods above are cheap to build.
by_customer as (
    select
        detector_id,
        segment,
        customer_id,
        month_start,
        count(*) as events,
        count(minutes_lost) as timed_events,
        {{ exact_sum('minutes_lost') }} as minutes_lost,
        sum(handling_amount) as handling_amount,
        min(handling_currency) as first_currency,
        max(handling_currency) as last_currency
    from costed
    group by detector_id, segment, customer_id, month_start
),

placed as (
    {%- for segment in ['by_customer.segment', "'all'"] %}
    {%- set outer = loop %}
    {%- for grain in ['month', 'all'] %}
    {% if not (outer.first and loop.first) %}union all{% endif %}
    select
        by_customer.detector_id,
        {{ segment }} as segment,
        '{{ grain }}' as period_grain,
        {{ 'by_customer.month_start' if grain == 'month' else 'first_month.month_start' }}
            as period_start,
        by_customer.customer_id,
        by_customer.month_start,
        by_customer.events,
        by_customer.timed_events,
        by_customer.minutes_lost,
        by_customer.handling_amount,
        by_customer.first_currency,
        by_customer.last_currency
    from by_customer
    cross join first_month
    {%- endfor %}
    {%- endfor %}
),

counted as (
    select
        detector_id,
        segment,
        period_grain,
        period_start,
        sum(events) as events,
        count(distinct customer_id) as customers,
        sum(timed_events) as timed_events,
        {{ exact_sum('minutes_lost') }} as minutes_lost,
        sum(handling_amount) as handling_amount,
        case when min(first_currency) = max(last_currency) then min(first_currency) end
            as handling_currency
    from placed
    group by detector_id, segment, period_grain, period_start
),

-- Active customers of a period, and those of them whom a friction touched.
active_months as (
    select distinct
        spells.customer_id,
        coalesce(customers.segment, 'unknown') as segment,
        months.month_start
    from spells
    inner join customers on spells.customer_id = customers.customer_id
    inner join months
        on
            spells.started_at
            < cast({{ dbt.dateadd('month', 1, 'months.month_start') }} as timestamp)
            and coalesce(spells.churned_at, {{ end_of_time() }})
            > cast(months.month_start as timestamp)
),

active_always as (
    select distinct
        spells.customer_id,
        coalesce(customers.segment, 'unknown') as segment,
        first_month.month_start
    from spells
    inner join customers on spells.customer_id = customers.customer_id
    inner join first_month
        on coalesce(spells.churned_at, {{ end_of_time() }}) > first_month.starts_at
),

active as (
    select
        'month' as period_grain,
        month_start as period_start,
        coalesce(segment, 'all') as segment,
        count(*) as active_customers
    from active_months
    group by month_start, cube(segment)

    union all

    select
        'all' as period_grain,
        month_start as period_start,
        coalesce(segment, 'all') as segment,
        count(*) as active_customers
    from active_always
    group by month_start, cube(segment)
),

touched as (
    select
        placed.detector_id,
        placed.segment,
        placed.period_grain,
        placed.period_start,
        count(distinct placed.customer_id) as active_touched
    from placed
    inner join active_months
        on
            placed.customer_id = active_months.customer_id
            and placed.month_start = active_months.month_start
    group by placed.detector_id, placed.segment, placed.period_grain, placed.period_start
),

valued as (
    select
        coalesce(customers.segment, 'unknown') as segment,
        customer_values.annual_value_amount,
        customer_values.currency
    from customer_values
    inner join customers on customer_values.customer_id = customers.customer_id
),

worth as (
    select
        segment,
        {{ exact_average('annual_value_amount') }} as average_value,
        count(distinct currency) as currency_count,
        min(currency) as currency
    from valued
    group by segment

    union all

    select
        'all' as segment,
        {{ exact_average('annual_value_amount') }} as average_value,
        count(distinct currency) as currency_count,
        min(currency) as currency
    from valued
),

p_values as (
    select
        *,
        {{ two_sided_p_value('churn_z') }} as p_value
    from effects
),

ranked_p_values as (
    select
        *,
        count(p_value) over () as family_size,
        row_number() over (order by p_value asc nulls last, segment asc, subject_id asc)
            as family_rank
    from p_values
),

-- Benjamini & Hochberg (1995): among many detectors and segments some differ by chance.
adjusted as (
    select
        *,
        case
            when p_value is not null
                then least(1.0e0, min(p_value * family_size / family_rank) over (
                    order by family_rank desc
                    rows between unbounded preceding and current row
                ))
        end as adjusted_p_value
    from ranked_p_values
),

joined as (
    select
        counted.*,
        detectors.detector_name,
        detectors.kind,
        detectors.severity,
        detectors.owner,
        coalesce(active.active_customers, 0) as active_customers,
        coalesce(touched.active_touched, 0) as active_touched,
        adjusted.exposed_windows,
        adjusted.exposed_lost,
        adjusted.other_windows,
        adjusted.other_lost,
        adjusted.unmatched_windows,
        adjusted.churn_effect,
        adjusted.churn_effect_lower,
        adjusted.churn_effect_upper,
        adjusted.adjusted_p_value,
        coalesce(adjusted.adjusted_p_value <= {{ var('significance_level') }}, false)
            as is_significant,
        satisfaction.answers_after,
        satisfaction.answers_otherwise,
        satisfaction.satisfied_after * 1.0e0 / satisfaction.answers_after as satisfaction_after,
        satisfaction.satisfied_otherwise * 1.0e0 / satisfaction.answers_otherwise
            as satisfaction_otherwise,
        satisfaction.difference_lower,
        satisfaction.difference_upper,
        case when worth.currency_count = 1 then worth.average_value end as average_value,
        case when worth.currency_count = 1 then worth.currency end as value_currency
    from counted
    inner join detectors on counted.detector_id = detectors.detector_id
    left join active
        on
            counted.segment = active.segment
            and counted.period_grain = active.period_grain
            and counted.period_start = active.period_start
    left join touched
        on
            counted.detector_id = touched.detector_id
            and counted.segment = touched.segment
            and counted.period_grain = touched.period_grain
            and counted.period_start = touched.period_start
    left join adjusted
        on
            counted.detector_id = adjusted.subject_id
            and counted.segment = adjusted.segment
            and counted.period_grain = 'all'
    left join satisfaction
        on
            counted.detector_id = satisfaction.detector_id
            and counted.segment = satisfaction.segment
            and counted.period_grain = 'all'
    left join worth on counted.segment = worth.segment
),

priced as (
    select
        *,
        active_touched * churn_effect * average_value as churn_cost,
        active_touched * churn_effect_lower * average_value as churn_cost_lower,
        active_touched * churn_effect_upper * average_value as churn_cost_upper,
        case
            when value_currency is null then handling_currency
            when handling_currency is null or handling_currency = value_currency
                then value_currency
        end as currency
    from joined
),

totalled as (
    select
        *,
        case
            when currency is null then null
            when is_significant or handling_amount is not null
                then
                    greatest(case when is_significant then coalesce(churn_cost, 0) else 0 end, 0)
                    + coalesce(handling_amount, 0)
        end as total_cost
    from priced
)

select
    detector_id,
    detector_name,
    kind,
    severity,
    owner,
    segment,
    period_grain,
    period_start,
    cast(events as bigint) as events,
    cast(customers as bigint) as customers,
    cast(active_touched as bigint) as active_customers_touched,
    cast(active_customers as bigint) as active_customers,
    active_touched * 1.0e0 / nullif(active_customers, 0) as share_of_customers,
    {{ wilson_lower('active_touched', 'active_customers') }} as share_lower,
    {{ wilson_upper('active_touched', 'active_customers') }} as share_upper,
    cast(timed_events as bigint) as timed_events,
    case when timed_events > 0 then minutes_lost end as minutes_lost,
    exposed_windows,
    exposed_lost,
    other_windows,
    other_lost,
    unmatched_windows,
    churn_effect,
    churn_effect_lower,
    churn_effect_upper,
    cast(adjusted_p_value as double) as adjusted_p_value,
    case
        when period_grain <> 'all' then null
        when churn_effect is null then 'too little data'
        when not is_significant then 'no significant effect'
        when churn_effect > 0 then 'goes with more churn'
        else 'goes with less churn'
    end as effect_status,
    answers_after,
    satisfaction_after,
    answers_otherwise,
    satisfaction_otherwise,
    satisfaction_after - satisfaction_otherwise as satisfaction_effect,
    difference_lower as satisfaction_effect_lower,
    difference_upper as satisfaction_effect_upper,
    cast(average_value as decimal(18, 2)) as average_value_amount,
    cast(churn_cost as decimal(18, 2)) as churn_cost_amount,
    cast(churn_cost_lower as decimal(18, 2)) as churn_cost_lower_amount,
    cast(churn_cost_upper as decimal(18, 2)) as churn_cost_upper_amount,
    cast(handling_amount as decimal(18, 2)) as handling_cost_amount,
    cast(total_cost as decimal(18, 2)) as total_cost_amount,
    currency,
    case
        when period_grain = 'all'
            then cast(row_number() over (
                partition by segment, period_grain
                order by
                    total_cost desc nulls last,
                    churn_cost desc nulls last,
                    events desc,
                    detector_id asc
            ) as bigint)
    end as cost_rank
from totalled
