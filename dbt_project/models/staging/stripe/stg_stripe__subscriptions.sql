{{ config(enabled=is_source_enabled('stripe')) }}

with states as (
    select
        *,
        case
            when status = 'trialing' then 'trialing'
            when status in ('active', 'past_due', 'unpaid', 'paused') then 'active'
            when status in ('canceled', 'incomplete_expired') then 'cancelled'
        end as life
    from {{ ref('base_stripe__subscription_states') }}
),

-- A first invoice that nobody has paid yet is no subscription yet.
lived as (
    select
        *,
        -- A trial costs nothing.
        case life when 'active' then mrr_amount else 0 end as worth,
        lag(life) over life_of as life_before,
        lag(mrr_amount) over life_of as mrr_before,
        lag(period_start) over life_of as period_before,
        lag(cancel_at_period_end) over life_of as was_cancelling
    from states
    where life is not null
    window life_of as (
        partition by subscription_id
        order by state_at, state_order, period_start nulls first, state_id
    )
),

changes as (
    select
        *,
        case
            when life = 'cancelled' and life_before in ('trialing', 'active')
                then case
                    when coalesce(was_cancelling, false) or coalesce(cancel_at_period_end, false)
                        then 'ended'
                    else 'cancelled'
                end
            when life = 'cancelled' then null
            when coalesce(life_before, 'cancelled') = 'cancelled' then 'started'
            when life_before = 'trialing' and life = 'active' then 'started'
            when mrr_amount > mrr_before then 'upgraded'
            when mrr_amount < mrr_before then 'downgraded'
            when period_start > period_before then 'renewed'
        end as change_type
    from lived
)

select
    'stripe' as source_name,
    state_id as subscription_change_id,
    subscription_id,
    case when customer_id is not null then 'billing_customer_id' end as customer_key_type,
    customer_id as customer_key,
    state_at as changed_at,
    change_type,
    life as status,
    plan_id,
    seats,
    worth as mrr_amount,
    currency,
    contract_months
from changes
where change_type is not null
