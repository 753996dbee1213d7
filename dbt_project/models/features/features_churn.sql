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
)

select
    snapshot_customers.customer_id,
    snapshot_customers.as_of_date,
    snapshot_customers.churn_basis,
    snapshot_customers.tenure_days,
    cast(case when snapshot_customers.is_self_serve then 1 else 0 end as bigint) as is_self_serve,
    subscriptions.mrr_amount,
    subscriptions.seats,
    subscriptions.seat_price_amount,
    subscriptions.mrr_change_180d_share,
    subscriptions.downgrade_count_180d,
    subscriptions.contract_months,
    subscriptions.days_to_renewal,
    coalesce(users.active_user_count_90d, 0) / nullif(cast(subscriptions.seats as double), 0)
        as seat_utilisation_rate,
    coalesce(usage.event_count_30d, 0) as usage_event_count_30d,
    coalesce(usage.event_count_90d, 0) as usage_event_count_90d,
    usage.event_count_30d / nullif(cast(usage.event_count_previous_30d as double), 0) - 1
        as usage_change_share,
    -- A start of fewer than 30 days before the window has no normal yet.
    case
        when snapshot_customers.tenure_days >= 60
            then
                (coalesce(usage.feature_day_count_30d, 0) + 1)
                / (
                    coalesce(usage.feature_day_count_before, 0) * 30.0
                    / least(snapshot_customers.tenure_days - 30, 150) + 1
                )
                - 1
    end as usage_long_change_share,
    coalesce(usage.active_day_count_30d, 0) as active_day_count_30d,
    usage.days_since_last_use,
    coalesce(usage.active_feature_count_90d, 0) as active_feature_count_90d,
    coalesce(usage.error_count_30d, 0) as usage_error_count_30d,
    coalesce(interactions.report_build_count_90d, 0) as report_build_count_90d,
    coalesce(interactions.report_build_count_90d, 0)
    / nullif(cast(interactions.interaction_count_90d as double), 0) as report_build_share_90d,
    coalesce(interactions.export_count_90d, 0) as export_count_90d,
    coalesce(interactions.integration_count_90d, 0) as integration_count_90d,
    coalesce(tickets.ticket_count_30d, 0) as ticket_count_30d,
    coalesce(tickets.ticket_count_90d, 0) as ticket_count_90d,
    coalesce(tickets.open_ticket_count, 0) as open_ticket_count,
    coalesce(tickets.oldest_open_ticket_days, 0) as oldest_open_ticket_days,
    coalesce(interactions.ticket_reopen_count_90d, 0) as ticket_reopen_count_90d,
    coalesce(interactions.ticket_transfer_count_90d, 0) as ticket_transfer_count_90d,
    tickets.mean_resolution_hours_90d,
    coalesce(tickets.slow_resolution_count_90d, 0) as slow_resolution_count_90d,
    coalesce(interactions.payment_failure_count_30d, 0) as payment_failure_count_30d,
    coalesce(interactions.payment_failure_count_90d, 0) as payment_failure_count_90d,
    coalesce(interactions.payment_failure_count_180d, 0) as payment_failure_count_180d,
    coalesce(interactions.unexpected_charge_count_30d, 0) as unexpected_charge_count_30d,
    coalesce(interactions.unexpected_charge_count_90d, 0) as unexpected_charge_count_90d,
    surveys.last_nps_score,
    surveys.days_since_last_nps,
    surveys.last_satisfaction_rate,
    surveys.last_ease_rate,
    coalesce(surveys.low_score_count_180d, 0) as low_score_count_180d,
    cast(
        case
            when
                onboarding.first_import_date <= snapshot_customers.as_of_date
                and onboarding.first_report_date <= snapshot_customers.as_of_date
                then 1
            else 0
        end as bigint
    ) as is_onboarded,
    case
        when onboarding.first_report_date <= snapshot_customers.as_of_date
            then
                cast({{ datediff(
                    'snapshot_customers.started_date', 'onboarding.first_report_date', 'day'
                ) }} as bigint)
    end as onboarding_days,
    orders.order_recency_days,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(orders.order_count_365d, 0) as order_count_365d,
    coalesce(orders.order_amount, 0) as order_amount,
    coalesce(orders.late_delivery_count, 0) as late_delivery_count,
    coalesce(interactions.interaction_count_30d, 0) as interaction_count_30d,
    coalesce(interactions.interaction_count_90d, 0) as interaction_count_90d,
    coalesce(interactions.help_article_count_90d, 0) as help_article_count_90d,
    coalesce(interactions.in_app_error_count_90d, 0) as in_app_error_count_90d,
    coalesce(interactions.cancellation_request_count_90d, 0) as cancellation_request_count_90d
from snapshot_customers
left join subscriptions
    on
        snapshot_customers.customer_id = subscriptions.customer_id
        and snapshot_customers.as_of_date = subscriptions.as_of_date
left join usage
    on
        snapshot_customers.customer_id = usage.customer_id
        and snapshot_customers.as_of_date = usage.as_of_date
left join users
    on
        snapshot_customers.customer_id = users.customer_id
        and snapshot_customers.as_of_date = users.as_of_date
left join interactions
    on
        snapshot_customers.customer_id = interactions.customer_id
        and snapshot_customers.as_of_date = interactions.as_of_date
left join tickets
    on
        snapshot_customers.customer_id = tickets.customer_id
        and snapshot_customers.as_of_date = tickets.as_of_date
left join surveys
    on
        snapshot_customers.customer_id = surveys.customer_id
        and snapshot_customers.as_of_date = surveys.as_of_date
left join orders
    on
        snapshot_customers.customer_id = orders.customer_id
        and snapshot_customers.as_of_date = orders.as_of_date
left join onboarding on snapshot_customers.customer_id = onboarding.customer_id
