{{ config(enabled=is_source_enabled('stripe')) }}

with prices as (
    select * from {{ ref('base_stripe__subscription_prices') }}
),

events as (
    select
        *,
        event_id as state_id,
        object_id as subscription_id,
        row_number() over (partition by object_id order by created_at asc, event_id asc)
            as event_number
    from {{ source('stripe', 'events') }}
    where event_type like 'customer.subscription.%'
),

history as (
    select
        *,
        'history:' || subscription_id || ':' || cast(valid_from as varchar) as state_id,
        row_number() over (partition by subscription_id order by valid_from) as state_number
    from {{ source('stripe', 'subscription_history') }}
),

told as (
    select subscription_id from events
    union distinct
    select subscription_id from history
),

-- The present state tells of what neither events nor history do.
present as (
    select
        subscriptions.*,
        'present:' || subscriptions.subscription_id as state_id
    from {{ source('stripe', 'subscriptions') }} as subscriptions
    left join told on subscriptions.subscription_id = told.subscription_id
    where told.subscription_id is null
),

states as (
    -- Events are kept for a month: a subscription older than its first event began before, with
    -- what that event says was there before.
    select
        'before:' || state_id as state_id,
        state_id as price_of,
        case when previous_items is not null then 'previous_items' else 'items' end as list_name,
        subscription_id,
        customer_id,
        started_at as state_at,
        0 as state_order,
        coalesce(
            previous_status,
            case when status in ('canceled', 'paused') then 'active' else status end
        ) as status,
        currency,
        cast(null as timestamp) as period_start,
        false as cancel_at_period_end,
        {% for column in ['plan_id', 'quantity', 'plan_amount', 'billing_interval',
                          'interval_count'] -%}
        {{ column }},
        {% endfor -%}
        false as is_in_whole_units
    from events
    where
        event_number = 1
        and event_type <> 'customer.subscription.created'
        and started_at < created_at
    union all
    select
        state_id,
        state_id as price_of,
        'items' as list_name,
        subscription_id,
        customer_id,
        created_at as state_at,
        case event_type
            when 'customer.subscription.created' then 1
            when 'customer.subscription.deleted' then 3
            else 2
        end as state_order,
        case when event_type = 'customer.subscription.deleted' then 'canceled' else status end
            as status,
        currency,
        period_start,
        coalesce(cancel_at_period_end, false) as cancel_at_period_end,
        plan_id,
        quantity,
        plan_amount,
        billing_interval,
        interval_count,
        false as is_in_whole_units
    from events
    union all
    -- A history begins when the tool was set up, a subscription when it began.
    select
        state_id,
        case when items is null then 'present:' || subscription_id else state_id end as price_of,
        'items' as list_name,
        subscription_id,
        customer_id,
        case when state_number = 1 then least(valid_from, started_at) else valid_from end
            as state_at,
        2 as state_order,
        status,
        currency,
        period_start,
        coalesce(cancel_at_period_end, false) as cancel_at_period_end,
        plan_id,
        quantity,
        plan_amount,
        billing_interval,
        interval_count,
        false as is_in_whole_units
    from history
    union all
    select
        state_id || ':start' as state_id,
        state_id as price_of,
        'items' as list_name,
        subscription_id,
        customer_id,
        coalesce(started_at, created_at) as state_at,
        1 as state_order,
        case when status = 'canceled' then 'active' else status end as status,
        currency,
        cast(null as timestamp) as period_start,
        coalesce(cancel_at_period_end, false) as cancel_at_period_end,
        plan_id,
        quantity,
        plan_amount,
        billing_interval,
        interval_count,
        dashboard_created is not null as is_in_whole_units
    from present
    union all
    select
        state_id || ':end' as state_id,
        state_id as price_of,
        'items' as list_name,
        subscription_id,
        customer_id,
        coalesce(ended_at, cancelled_at) as state_at,
        3 as state_order,
        status,
        currency,
        cast(null as timestamp) as period_start,
        -- Whoever asked before the end asked for the end of the term.
        coalesce(cancelled_at < ended_at, false) as cancel_at_period_end,
        plan_id,
        quantity,
        plan_amount,
        billing_interval,
        interval_count,
        dashboard_created is not null as is_in_whole_units
    from present
    where status = 'canceled' and coalesce(ended_at, cancelled_at) is not null
),

priced as (
    select
        states.*,
        coalesce(states.quantity, 1) * {{ monthly_amount(
            'cast(states.plan_amount as double)', 'states.billing_interval',
            'coalesce(states.interval_count, 1)'
        ) }} as plan_monthly_amount,
        prices.plan_id as item_plan_id,
        prices.seats as item_seats,
        prices.mrr_amount as item_mrr_amount,
        prices.contract_months as item_contract_months
    from states
    left join prices
        on states.price_of = prices.state_id and states.list_name = prices.list_name
)

select
    state_id,
    subscription_id,
    customer_id,
    state_at,
    state_order,
    status,
    coalesce(item_plan_id, plan_id) as plan_id,
    coalesce(item_seats, quantity) as seats,
    case
        when item_plan_id is not null then item_mrr_amount
        when is_in_whole_units then cast(plan_monthly_amount as decimal(18, 2))
        else {{ stripe_amount('plan_monthly_amount', 'currency') }}
    end as mrr_amount,
    upper(currency) as currency,
    coalesce(
        item_contract_months,
        case billing_interval
            when 'year' then 12 * coalesce(interval_count, 1)
            when 'month' then coalesce(interval_count, 1)
        end
    ) as contract_months,
    period_start,
    cancel_at_period_end
from priced
