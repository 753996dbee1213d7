with

subscriptions as (
    select * from {{ ref('int_subscriptions_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

-- Changes of one subscription at one moment happen in the order in which a subscription lives.
ordered as (
    select
        subscriptions.source_name || ':' || subscriptions.subscription_change_id
            as subscription_change_id,
        subscriptions.source_name || ':' || subscriptions.subscription_id as subscription_id,
        customer_identities.customer_id,
        subscriptions.changed_at,
        subscriptions.change_type,
        coalesce(
            subscriptions.status,
            case
                when subscriptions.change_type in ('cancelled', 'ended') then 'cancelled'
                else 'active'
            end
        ) as status,
        subscriptions.plan_id,
        subscriptions.seats,
        case
            when subscriptions.change_type in ('cancelled', 'ended') then 0
            else subscriptions.mrr_amount
        end as mrr_amount,
        subscriptions.currency,
        subscriptions.contract_months,
        subscriptions.source_name,
        case subscriptions.change_type
            when 'started' then 1
            when 'cancelled' then 3
            when 'ended' then 4
            else 2
        end as change_order
    from subscriptions
    left join customer_identities
        on
            subscriptions.customer_key_type = customer_identities.identity_type
            and subscriptions.customer_key = customer_identities.identity_value
)

select
    subscription_change_id,
    subscription_id,
    customer_id,
    changed_at,
    change_type,
    status,
    plan_id,
    seats,
    mrr_amount,
    currency,
    contract_months,
    lag(mrr_amount) over life as previous_mrr_amount,
    lead(changed_at) over life as valid_to,
    source_name
from ordered
window life as (
    partition by subscription_id
    order by changed_at, change_order, subscription_change_id
)
