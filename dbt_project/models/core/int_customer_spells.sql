with

customers as (
    select * from {{ ref('dim_customers') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

subscribers as (
    select distinct customer_id
    from subscription_changes
),

-- A trial is not yet a customer's subscription; paid time alone makes a spell.
activity as (
    select
        customer_id,
        'contractual' as churn_basis,
        changed_at as active_from,
        valid_to as active_to,
        {{ var('renewal_grace_days') }} as silence_days
    from subscription_changes
    where status = 'active'

    union all

    select
        orders.customer_id,
        'silence' as churn_basis,
        orders.ordered_at as active_from,
        orders.ordered_at as active_to,
        {{ var('inactivity_days') }} as silence_days
    from orders
    left join subscribers on orders.customer_id = subscribers.customer_id
    where subscribers.customer_id is null
),

known_activity as (
    select
        activity.customer_id,
        activity.churn_basis,
        activity.active_from,
        coalesce(activity.active_to, {{ end_of_time() }}) as active_to,
        activity.silence_days
    from activity
    inner join customers on activity.customer_id = customers.customer_id
),

-- Time that begins within the declared silence after everything before it has ended continues it.
marked as (
    select
        customer_id,
        churn_basis,
        active_from,
        active_to,
        silence_days,
        case
            when active_from <= {{ add_days('max(active_to) over earlier', 'silence_days') }} then 0
            else 1
        end as is_new_spell
    from known_activity
    window earlier as (
        partition by customer_id
        order by active_from, active_to
        rows between unbounded preceding and 1 preceding
    )
),

numbered as (
    select
        customer_id,
        churn_basis,
        active_from,
        active_to,
        silence_days,
        sum(is_new_spell) over (
            partition by customer_id
            order by active_from, active_to
            rows between unbounded preceding and current row
        ) as spell_number
    from marked
),

spells as (
    select
        customer_id,
        churn_basis,
        cast(spell_number as bigint) as spell_number,
        silence_days,
        min(active_from) as started_at,
        nullif(max(active_to), {{ end_of_time() }}) as ended_at
    from numbered
    group by customer_id, churn_basis, spell_number, silence_days
),

-- The loss of a subscriber happens when the subscription ends, that of a buyer when the silence has
-- lasted; both are known only once the silence is over.
dated as (
    select
        customer_id,
        churn_basis,
        spell_number,
        started_at,
        ended_at,
        {{ add_days('ended_at', 'silence_days') }} as known_at
    from spells
)

select
    customer_id || ':' || cast(spell_number as varchar) as spell_id,
    customer_id,
    spell_number,
    churn_basis,
    started_at,
    ended_at,
    case when cast(known_at as date) <= {{ as_of_date() }} then known_at end as loss_known_at,
    case
        when cast(known_at as date) > {{ as_of_date() }} then null
        when churn_basis = 'contractual' then ended_at
        else known_at
    end as churned_at
from dated
