{{ config(schema='core', contract={'enforced': false}) }}

with

interactions as (
    select * from {{ ref('fct_interactions') }}
),

usage_days as (
    select * from {{ ref('fct_usage_daily') }}
),

-- The one pass over all interactions; everything else works on a few rows per customer.
touchpoint_visits as (
    select
        customer_id,
        touchpoint_id,
        count(*) filter (where occurred_at >= {{ last_days_start(90) }}) as visit_count_90d,
        count(*) filter (where occurred_at >= {{ last_days_start(180) }}) as visit_count_180d,
        max(occurred_at) as last_visit_at
    from interactions
    where customer_id is not null
    group by customer_id, touchpoint_id
),

contacts as (
    select
        customer_id,
        sum(visit_count_90d) as interaction_count_90d,
        max(last_visit_at) as last_interaction_at,
        coalesce(sum(visit_count_180d) filter (where touchpoint_id = 'payment_failure'), 0)
            as payment_failures_180d,
        max(last_visit_at) filter (where touchpoint_id = 'payment_failure')
            as last_payment_failure_at,
        max(last_visit_at) filter (where touchpoint_id = 'invoice_payment') as last_payment_at
    from touchpoint_visits
    group by customer_id
),

product_use as (
    select
        customer_id,
        coalesce(sum(event_count) filter (where usage_date >= {{ last_days_start(30) }}), 0)
            as usage_events_30d,
        coalesce(
            sum(event_count) filter (
                where
                usage_date >= {{ last_days_start(60) }} and usage_date < {{ last_days_start(30) }}
            ),
            0
        ) as usage_events_previous_30d,
        count(distinct case when usage_date >= {{ last_days_start(90) }} then feature end)
            as active_features_90d,
        count(distinct case when usage_date >= {{ last_days_start(90) }} then usage_date end)
            as active_days_90d,
        max(usage_date) as last_usage_date
    from usage_days
    where customer_id is not null
    group by customer_id
),

customers as (
    select customer_id from contacts
    union
    select customer_id from product_use
)

select
    customers.customer_id,
    coalesce(contacts.interaction_count_90d, 0) as interaction_count_90d,
    contacts.last_interaction_at,
    coalesce(contacts.payment_failures_180d, 0) as payment_failures_180d,
    contacts.last_payment_failure_at,
    contacts.last_payment_at,
    coalesce(product_use.usage_events_30d, 0) as usage_events_30d,
    coalesce(product_use.usage_events_previous_30d, 0) as usage_events_previous_30d,
    coalesce(product_use.active_features_90d, 0) as active_features_90d,
    coalesce(product_use.active_days_90d, 0) as active_days_90d,
    product_use.last_usage_date
from customers
left join contacts on customers.customer_id = contacts.customer_id
left join product_use on customers.customer_id = product_use.customer_id
