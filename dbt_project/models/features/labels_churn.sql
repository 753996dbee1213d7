{%- set horizons = [30, 90, 180, 365] -%}
{#- Silence is one outcome over one time: the shortest horizon that covers the declared one. -#}
{%- set silence_horizon = horizons | select('ge', var('inactivity_days')) | first -%}
{{ config(contract={'enforced': true}) }}

with

snapshot_customers as (
    select * from {{ ref('int_snapshot_customers') }}
),

spells as (
    select
        customer_id,
        churn_basis,
        cast(started_at as date) as started_date,
        cast(ended_at as date) as ended_date,
        cast(churned_at as date) as churned_date
    from {{ ref('int_customer_spells') }}
),

orders as (
    select
        customer_id,
        cast(ordered_at as date) as ordered_date
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id, cast(ordered_at as date)
),

-- The spell that the customer is in on the date; of two on one day, the later one.
current_spells as (
    select
        snapshot_customers.customer_id,
        snapshot_customers.as_of_date,
        max(spells.started_date) as started_date
    from snapshot_customers
    inner join spells
        on
            snapshot_customers.customer_id = spells.customer_id
            and snapshot_customers.churn_basis = spells.churn_basis
            and snapshot_customers.as_of_date >= spells.started_date
    group by snapshot_customers.customer_id, snapshot_customers.as_of_date
),

spell_ends as (
    select
        current_spells.customer_id,
        current_spells.as_of_date,
        max(spells.ended_date) as ended_date,
        max(spells.churned_date) as churned_date
    from current_spells
    inner join spells
        on
            current_spells.customer_id = spells.customer_id
            and current_spells.started_date = spells.started_date
    group by current_spells.customer_id, current_spells.as_of_date
),

next_orders as (
    select
        snapshot_customers.customer_id,
        snapshot_customers.as_of_date,
        min(orders.ordered_date) as next_order_date
    from snapshot_customers
    inner join orders
        on
            snapshot_customers.customer_id = orders.customer_id
            and snapshot_customers.as_of_date < orders.ordered_date
    where snapshot_customers.churn_basis = 'silence'
    group by snapshot_customers.customer_id, snapshot_customers.as_of_date
),

outcomes as (
    select
        snapshot_customers.customer_id,
        snapshot_customers.as_of_date,
        snapshot_customers.churn_basis,
        case
            when snapshot_customers.churn_basis = 'contractual' then {{ var('renewal_grace_days') }}
            else 0
        end as known_delay_days,
        {{ datediff('snapshot_customers.as_of_date', as_of_date(), 'day') }} as followed_days,
        {{ datediff('snapshot_customers.as_of_date', 'spell_ends.ended_date', 'day') }}
            as days_to_end,
        {{ datediff('snapshot_customers.as_of_date', 'spell_ends.churned_date', 'day') }}
            as days_to_churn,
        {{ datediff('snapshot_customers.as_of_date', 'next_orders.next_order_date', 'day') }}
            as days_to_order
    from snapshot_customers
    left join spell_ends
        on
            snapshot_customers.customer_id = spell_ends.customer_id
            and snapshot_customers.as_of_date = spell_ends.as_of_date
    left join next_orders
        on
            snapshot_customers.customer_id = next_orders.customer_id
            and snapshot_customers.as_of_date = next_orders.as_of_date
)

select
    customer_id,
    as_of_date,
    cast(coalesce(
        days_to_churn,
        case when churn_basis = 'contractual' then days_to_end end,
        followed_days
    ) as bigint) as duration_days,
    cast(case when days_to_churn is not null then 1 else 0 end as bigint) as event_observed,
    cast(known_delay_days as bigint) as known_delay_days,
    {%- for horizon in horizons %}
    cast(case
        when followed_days < {{ horizon }} + known_delay_days then null
        when churn_basis = 'contractual'
            then case when coalesce(days_to_end <= {{ horizon }}, false) then 1 else 0 end
        {%- if horizon == silence_horizon %}
        when churn_basis = 'silence'
            then case when coalesce(days_to_order <= {{ horizon }}, false) then 0 else 1 end
        {%- endif %}
    end as bigint) as churned_in_{{ horizon }}d{{ ',' if not loop.last }}
    {%- endfor %}
from outcomes
