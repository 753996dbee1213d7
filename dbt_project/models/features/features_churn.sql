{{ config(contract={'enforced': true}) }}

with

snapshot_customers as (
    select * from {{ ref('int_snapshot_customers') }}
),

subscriptions as (
    select * from {{ ref('int_snapshot_subscriptions') }}
),

usage as (
    select * from {{ ref('int_snapshot_usage') }}
),

users as (
    select * from {{ ref('int_snapshot_users') }}
),

interactions as (
    select * from {{ ref('int_snapshot_interactions') }}
),

tickets as (
    select * from {{ ref('int_snapshot_tickets') }}
),

surveys as (
    select * from {{ ref('int_snapshot_surveys') }}
),

orders as (
    select * from {{ ref('int_snapshot_orders') }}
),

onboarding as (
    select * from {{ ref('int_customer_onboarding') }}
),

joined as (
    select
        snapshot_customers.customer_id,
        snapshot_customers.as_of_date,
        snapshot_customers.churn_basis,
        snapshot_customers.started_date,
        snapshot_customers.tenure_days,
        snapshot_customers.is_self_serve,
        snapshot_customers.segment,
        subscriptions.* exclude (customer_id, as_of_date)
    from snapshot_customers
    left join subscriptions
        on
            snapshot_customers.customer_id = subscriptions.customer_id
            and snapshot_customers.as_of_date = subscriptions.as_of_date
)

select * from joined
