with

events as (
    select * from {{ ref('int_friction_events') }}
    where customer_id is not null
),

values_now as (
    select * from {{ ref('int_customer_values') }}
),

counted as (
    select
        detector_id,
        customer_id,
        segment,
        count(*) as events,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        {{ exact_sum('minutes_lost') }} as minutes_lost
    from events
    group by detector_id, customer_id, segment
)

select
    counted.detector_id,
    counted.customer_id,
    counted.segment,
    cast(counted.events as bigint) as events,
    counted.first_at,
    counted.last_at,
    counted.minutes_lost,
    coalesce(values_now.is_active, false) as is_active,
    cast(case when values_now.is_active then values_now.annual_value_amount end as decimal(18, 2))
        as annual_value_amount,
    values_now.currency
from counted
left join values_now on counted.customer_id = values_now.customer_id
