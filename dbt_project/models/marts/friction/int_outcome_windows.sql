{{ config(schema='core', contract={'enforced': false}) }}

with

spells as (
    select * from {{ ref('int_customer_spells') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where status = 'active'
),

orders as (
    select * from {{ ref('fct_orders') }}
    where coalesce(status, '') not in ('cancelled', 'canceled', 'unavailable')
),

quarterly_use as (
    select * from {{ ref('int_quarterly_use') }}
),

windows as (
    select distinct
        window_start,
        cast(window_start as timestamp) as starts_at,
        cast({{ dbt.dateadd('month', 3, 'window_start') }} as timestamp) as ends_at,
        cast({{ add_days('cast(window_start as timestamp)', 45) }} as timestamp) as middle_at
    from {{ ref('int_bad_experiences') }}
),

-- Of two spells in one window the later counts.
memberships as (
    select
        spells.customer_id,
        coalesce(customers.segment, 'unknown') as segment,
        spells.churn_basis,
        spells.started_at,
        spells.churned_at,
        windows.window_start,
        windows.starts_at,
        windows.middle_at,
        row_number() over (
            partition by spells.customer_id, windows.window_start
            order by spells.spell_number desc
        ) as newest_first
    from spells
    inner join customers on spells.customer_id = customers.customer_id
    inner join windows
        on
            spells.started_at < windows.ends_at
            and coalesce(spells.churned_at, {{ end_of_time() }}) > windows.starts_at
),

members as (
    select * from memberships
    where newest_first = 1
),

subscribed as (
    select
        members.customer_id,
        members.window_start,
        12 * sum(subscription_changes.mrr_amount) as yearly_amount
    from members
    inner join subscription_changes
        on
            members.customer_id = subscription_changes.customer_id
            and members.starts_at >= subscription_changes.changed_at
            and coalesce(subscription_changes.valid_to, {{ end_of_time() }}) > members.starts_at
    group by members.customer_id, members.window_start
),

ordered as (
    select
        members.customer_id,
        members.window_start,
        sum(orders.total_amount) as yearly_amount
    from members
    inner join orders
        on
            members.customer_id = orders.customer_id
            and members.starts_at > orders.ordered_at
            and orders.ordered_at >= {{ add_days('members.starts_at', -365) }}
    where members.churn_basis = 'silence'
    group by members.customer_id, members.window_start
),

valued as (
    select
        members.*,
        quarterly_use.active_days,
        case
            when members.churn_basis = 'contractual' then subscribed.yearly_amount
            else ordered.yearly_amount
        end as yearly_amount
    from members
    left join subscribed
        on
            members.customer_id = subscribed.customer_id
            and members.window_start = subscribed.window_start
    left join ordered
        on
            members.customer_id = ordered.customer_id
            and members.window_start = ordered.window_start
    left join quarterly_use
        on
            members.customer_id = quarterly_use.customer_id
            and members.window_start
            = cast({{ dbt.dateadd('month', 3, 'quarterly_use.quarter_start') }} as date)
),

dividers as (
    select
        window_start,
        churn_basis,
        percentile_cont(0.5) within group (order by yearly_amount) as median_amount,
        percentile_cont(0.333333) within group (order by active_days) as low_days,
        percentile_cont(0.666667) within group (order by active_days) as middle_days
    from valued
    group by window_start, churn_basis
)

select
    valued.customer_id,
    valued.window_start,
    valued.segment,
    valued.churn_basis,
    case
        when valued.started_at > valued.starts_at then 'began in the window'
        when
            {{ seconds_between('valued.started_at', 'valued.starts_at') }}
            < {{ var('new_customer_days') * 86400 }} then 'new'
        when {{ seconds_between('valued.started_at', 'valued.starts_at') }} < 365 * 86400
            then 'first year'
        else 'later'
    end as tenure_band,
    case
        when valued.yearly_amount is null then 'none'
        when valued.yearly_amount > dividers.median_amount then 'upper half'
        else 'lower half'
    end as value_band,
    case
        when valued.active_days is null then 'none'
        when valued.active_days <= dividers.low_days then 'low'
        when valued.active_days <= dividers.middle_days then 'middle'
        else 'high'
    end as use_band,
    valued.started_at,
    valued.churned_at,
    valued.middle_at,
    valued.started_at <= valued.middle_at
    and coalesce(valued.churned_at, {{ end_of_time() }}) > valued.middle_at as is_active_in_middle
from valued
inner join dividers
    on
        valued.window_start = dividers.window_start
        and valued.churn_basis = dividers.churn_basis
