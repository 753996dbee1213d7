{{ config(schema='core', contract={'enforced': false}) }}

with

tickets as (
    select * from {{ ref('fct_tickets') }}
    where customer_id is not null
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null
),

invitations as (
    select * from {{ ref('fct_survey_invitations') }}
    where customer_id is not null
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where customer_id is not null and status = 'active' and valid_to is null
),

handling as (
    select
        customer_id,
        sum(coalesce(reopen_count, 0)) as reopen_count_365d,
        sum(coalesce(transfer_count, 0)) as transfer_count_365d
    from tickets
    where opened_at >= {{ last_days_start(365) }}
    group by customer_id
),

deliveries as (
    select
        customer_id,
        count(*) filter (where delivered_at > estimated_delivery_at) as late_delivery_count_365d,
        count(*) filter (where refund_amount > 0) as refund_count_365d
    from orders
    where ordered_at >= {{ last_days_start(365) }}
    group by customer_id
),

asked as (
    select
        customer_id,
        count(*) as survey_count_365d,
        count(completed_at) as completed_survey_count_365d,
        max(sent_at) as last_asked_at
    from invitations
    where sent_at >= {{ last_days_start(365) }} and not coalesce(is_bounced, false)
    group by customer_id
),

contracts as (
    select
        customer_id,
        max(contract_months) as contract_months,
        cast(sum(seats) as bigint) as seats,
        min(plan_id) as plan_id
    from subscription_changes
    group by customer_id
),

customers as (
    select customer_id from handling
    union
    select customer_id from deliveries
    union
    select customer_id from asked
    union
    select customer_id from contracts
)

select
    customers.customer_id,
    cast(coalesce(handling.reopen_count_365d, 0) as bigint) as reopen_count_365d,
    cast(coalesce(handling.transfer_count_365d, 0) as bigint) as transfer_count_365d,
    coalesce(deliveries.late_delivery_count_365d, 0) as late_delivery_count_365d,
    coalesce(deliveries.refund_count_365d, 0) as refund_count_365d,
    coalesce(asked.survey_count_365d, 0) as survey_count_365d,
    coalesce(asked.completed_survey_count_365d, 0) as completed_survey_count_365d,
    asked.last_asked_at,
    contracts.contract_months,
    contracts.seats,
    contracts.plan_id
from customers
left join handling on customers.customer_id = handling.customer_id
left join deliveries on customers.customer_id = deliveries.customer_id
left join asked on customers.customer_id = asked.customer_id
left join contracts on customers.customer_id = contracts.customer_id
