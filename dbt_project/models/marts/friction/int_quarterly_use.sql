{{ config(schema='core', contract={'enforced': false}) }}

with

interactions as (
    select * from {{ ref('fct_interactions') }}
    where not is_test and customer_id is not null
),

usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where customer_id is not null
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
    where touchpoint_id <> 'unmapped' and not is_backstage
),

-- A day on which nothing but friction is on record is no sign that the customer makes use of
-- anything.
places_of_use as (
    select touchpoints.touchpoint_id
    from touchpoints
    left join {{ ref('friction_detectors') }} as detectors
        on touchpoints.touchpoint_id = detectors.touchpoint_id
    where detectors.detector_id is null
),

-- A day counts once, however much happens on it.
days as (
    select
        interactions.customer_id,
        cast(interactions.occurred_at as date) as used_on
    from interactions
    inner join places_of_use
        on interactions.touchpoint_id = places_of_use.touchpoint_id
    group by interactions.customer_id, cast(interactions.occurred_at as date)

    union

    select
        customer_id,
        usage_date as used_on
    from usage_days
)

select
    customer_id,
    cast({{ dbt.date_trunc('quarter', 'used_on') }} as date) as quarter_start,
    cast(count(*) as bigint) as active_days
from days
group by customer_id, cast({{ dbt.date_trunc('quarter', 'used_on') }} as date)
