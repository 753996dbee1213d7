{{ config(schema='core', contract={'enforced': false}) }}

with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where customer_id is not null and status = 'active'
),

spells as (
    select * from {{ ref('int_customer_spells') }}
    where churn_basis = 'silence'
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

edges as (
    select
        customer_id,
        coalesce(currency, 'unknown') as currency,
        changed_at as changes_at,
        coalesce(mrr_amount, 0) as mrr_change,
        1 as running_change
    from subscription_changes
    where valid_to is null or valid_to > changed_at

    union all

    select
        customer_id,
        coalesce(currency, 'unknown') as currency,
        valid_to as changes_at,
        -coalesce(mrr_amount, 0) as mrr_change,
        -1 as running_change
    from subscription_changes
    where valid_to > changed_at
),

moments as (
    select
        customer_id,
        currency,
        changes_at,
        sum(mrr_change) as mrr_change,
        sum(running_change) as running_change
    from edges
    group by customer_id, currency, changes_at
),

running as (
    select
        customer_id,
        currency,
        changes_at,
        lead(changes_at) over life as next_change_at,
        sum(mrr_change) over life as mrr_amount,
        sum(running_change) over life as running_count
    from moments
    window life as (partition by customer_id, currency order by changes_at)
),

-- What lapsed and came back within the days of grace was never lost; what lapsed and may still come
-- back is not lost yet. Both keep the rate they had.
judged as (
    select
        customer_id,
        currency,
        changes_at,
        next_change_at,
        case
            when running_count > 0 then mrr_amount
            else lag(mrr_amount) over (partition by customer_id, currency order by changes_at)
        end as mrr_amount,
        case
            when running_count > 0 then 'paying'
            when
                next_change_at
                <= {{ add_days('changes_at', var('renewal_grace_days')) }}
                then 'grace'
            when
                next_change_at is null
                and cast({{ add_days('changes_at', var('renewal_grace_days')) }} as date)
                > {{ as_of_date() }}
                then 'pending'
            else 'lost'
        end as standing
    from running
),

levels as (
    select
        customer_id,
        'contractual' as churn_basis,
        currency,
        changes_at as level_from,
        next_change_at as level_to,
        mrr_amount,
        standing
    from judged
    where standing <> 'lost'

    union all

    select
        spells.customer_id,
        spells.churn_basis,
        coalesce(customer_values.currency, 'unknown') as currency,
        spells.started_at as level_from,
        spells.churned_at as level_to,
        cast(null as decimal(18, 2)) as mrr_amount,
        'buying' as standing
    from spells
    left join customer_values on spells.customer_id = customer_values.customer_id
)

select
    levels.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    levels.churn_basis,
    levels.currency,
    levels.level_from,
    levels.level_to,
    cast(levels.mrr_amount as decimal(18, 2)) as mrr_amount,
    levels.standing,
    min(levels.level_from) over (
        partition by levels.customer_id, levels.churn_basis, levels.currency
    ) as first_level_from
from levels
inner join customers on levels.customer_id = customers.customer_id
