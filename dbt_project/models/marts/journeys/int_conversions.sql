{{ config(schema='core', contract={'enforced': false}) }}

with

conversions as (
    select * from {{ ref('conversions') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

spells as (
    select * from {{ ref('int_customer_spells') }}
    where spell_number = 1
),

interactions as (
    select * from {{ ref('fct_interactions') }}
    where customer_id is not null
),

converted as (
    select
        conversions.conversion_id,
        spells.customer_id,
        spells.started_at as converted_at
    from spells
    cross join conversions
    where conversions.basis = 'first_payment'

    union all

    select
        conversions.conversion_id,
        interactions.customer_id,
        min(interactions.occurred_at) as converted_at
    from interactions
    inner join conversions on interactions.touchpoint_id = conversions.touchpoint_id
    where conversions.basis = 'touchpoint'
    group by conversions.conversion_id, interactions.customer_id
)

select
    converted.conversion_id || ':' || converted.customer_id as conversion_key,
    converted.conversion_id,
    converted.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    converted.converted_at,
    conversions.touchpoint_id,
    {{ add_days('converted.converted_at', '-conversions.lookback_days') }} as path_from
from converted
inner join customers on converted.customer_id = customers.customer_id
inner join conversions on converted.conversion_id = conversions.conversion_id
