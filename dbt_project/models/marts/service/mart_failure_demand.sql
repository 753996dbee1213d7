with

contacts as (
    select * from {{ ref('fct_service_contacts') }}
),

claims as (
    select * from {{ ref('int_failure_demand_claims') }}
),

proxies as (
    select * from {{ ref('failure_demand_proxies') }}
),

costed as (
    select
        contact_id,
        segment,
        reason,
        cast({{ dbt.date_trunc('month', 'occurred_at') }} as date) as month_start,
        demand,
        cost_amount,
        currency
    from contacts
),

first_month as (
    select min(month_start) as month_start
    from costed
),

placed as (
    {%- for segment in ['costed.segment', "'all'"] %}
    {%- set outer = loop %}
    {%- for reason in ['costed.reason', "'all'"] %}
    {%- set inner_loop = loop %}
    {%- for grain in ['month', 'all'] %}
    {% if not (outer.first and inner_loop.first and loop.first) %}union all{% endif %}
    select
        '{{ grain }}' as period_grain,
        {{ 'costed.month_start' if grain == 'month' else 'first_month.month_start' }}
            as period_start,
        {{ segment }} as segment,
        {{ reason }} as reason,
        costed.contact_id,
        costed.demand,
        costed.cost_amount,
        costed.currency
    from costed
    cross join first_month
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
),

cells as (
    select
        period_grain,
        period_start,
        segment,
        reason,
        count(*) as all_contacts,
        min(currency) as currency,
        count(distinct currency) as currency_count
    from placed
    group by period_grain, period_start, segment, reason
),

counted as (
    select
        period_grain,
        period_start,
        segment,
        reason,
        demand,
        count(*) as contacts,
        sum(cost_amount) as cost_amount
    from placed
    group by period_grain, period_start, segment, reason, demand
),

claimed as (
    select
        placed.period_grain,
        placed.period_start,
        placed.segment,
        placed.reason,
        claims.proxy_id as demand,
        count(*) as claimed_contacts
    from placed
    inner join claims on placed.contact_id = claims.contact_id
    group by
        placed.period_grain, placed.period_start, placed.segment, placed.reason, claims.proxy_id
),

failures as (
    select
        period_grain,
        period_start,
        segment,
        reason,
        'failure_demand' as demand,
        sum(contacts) as contacts,
        sum(cost_amount) as cost_amount
    from counted
    where demand <> 'value_demand'
    group by period_grain, period_start, segment, reason
),

figures as (
    select * from counted
    union all
    select * from failures
),

demands as (
    select
        proxy_id as demand,
        proxy_name as demand_name,
        rule
    from proxies

    union all

    select
        'failure_demand' as demand,
        'Failure demand' as demand_name,
        'Contacts that at least one of the proxies claims, each counted once' as rule

    union all

    select
        'value_demand' as demand,
        'Value demand' as demand_name,
        'Contacts that no proxy claims' as rule
),

filled as (
    select
        cells.period_grain,
        cells.period_start,
        cells.segment,
        cells.reason,
        demands.demand as proxy_id,
        demands.demand_name as proxy_name,
        demands.rule,
        coalesce(figures.contacts, 0) as contacts,
        case
            when demands.demand in ('value_demand', 'failure_demand')
                then coalesce(figures.contacts, 0)
            else coalesce(claimed.claimed_contacts, 0)
        end as claimed_contacts,
        cells.all_contacts,
        case when cells.currency_count = 1 then coalesce(figures.cost_amount, 0) end
            as cost_amount,
        case when cells.currency_count = 1 then cells.currency end as currency
    from cells
    cross join demands
    left join figures
        on
            cells.period_grain = figures.period_grain
            and cells.period_start = figures.period_start
            and cells.segment = figures.segment
            and cells.reason = figures.reason
            and demands.demand = figures.demand
    left join claimed
        on
            cells.period_grain = claimed.period_grain
            and cells.period_start = claimed.period_start
            and cells.segment = claimed.segment
            and cells.reason = claimed.reason
            and demands.demand = claimed.demand
)

select
    period_grain,
    period_start,
    segment,
    reason,
    proxy_id,
    proxy_name,
    rule,
    cast(contacts as bigint) as contacts,
    cast(claimed_contacts as bigint) as claimed_contacts,
    cast(all_contacts as bigint) as all_contacts,
    contacts * 1.0e0 / all_contacts as share_of_contacts,
    {{ wilson_lower('contacts', 'all_contacts') }} as share_lower,
    {{ wilson_upper('contacts', 'all_contacts') }} as share_upper,
    all_contacts < {{ var('minimum_sample_size') }} as is_too_few,
    cast(cost_amount as decimal(18, 2)) as cost_amount,
    currency
from filled
where
    reason = 'all'
    or claimed_contacts > 0
    or proxy_id in ('value_demand', 'failure_demand')
