{{ config(contract={'enforced': true}) }}

with

customer_features as (
    select * from {{ ref('features_churn') }}
),

offers as (
    select * from {{ ref('offers') }}
),

labels as (
    select * from {{ ref('labels_upsell') }}
),

offer_days as (
    select
        customer_id,
        offer_id,
        cast(offered_at as date) as offered_date,
        cast(responded_at as date) as responded_date,
        coalesce(is_accepted, false) as is_accepted
    from {{ ref('fct_offers') }}
    where customer_id is not null
),

-- Offers made, and every offer that could be made now.
candidates as (
    select
        customer_id,
        offer_id,
        as_of_date
    from labels

    union

    select
        customer_features.customer_id,
        offers.offer_id,
        customer_features.as_of_date
    from customer_features
    cross join offers
    where customer_features.as_of_date = {{ as_of_date() }}
),

-- An acceptance counts from the day of the answer, not of the offer.
past_offers as (
    select
        candidates.customer_id,
        candidates.offer_id,
        candidates.as_of_date,
        sum(case when offer_days.offer_id = candidates.offer_id then 1 else 0 end)
            as offer_count_before,
        min({{ datediff('offer_days.offered_date', 'candidates.as_of_date', 'day') }})
            as days_since_last_offer,
        sum(
            case
                when
                    offer_days.is_accepted
                    and coalesce(offer_days.responded_date, offer_days.offered_date)
                    <= candidates.as_of_date
                    then 1
                else 0
            end
        ) as accepted_offer_count
    from candidates
    inner join offer_days
        on
            candidates.customer_id = offer_days.customer_id
            and candidates.as_of_date >= offer_days.offered_date
    group by candidates.customer_id, candidates.offer_id, candidates.as_of_date
)

select
    candidates.customer_id,
    candidates.offer_id,
    candidates.as_of_date,
    customer_features.tenure_days,
    customer_features.is_self_serve,
    customer_features.mrr_amount,
    customer_features.seats,
    customer_features.seat_price_amount,
    customer_features.mrr_change_180d_share,
    customer_features.downgrade_count_180d,
    customer_features.contract_months,
    customer_features.days_to_renewal,
    customer_features.seat_utilisation_rate,
    customer_features.usage_event_count_30d,
    customer_features.usage_event_count_90d,
    customer_features.usage_change_share,
    customer_features.usage_long_change_share,
    customer_features.active_day_count_30d,
    customer_features.days_since_last_use,
    customer_features.active_feature_count_90d,
    customer_features.usage_error_count_30d,
    customer_features.report_build_count_90d,
    customer_features.report_build_share_90d,
    customer_features.export_count_90d,
    customer_features.integration_count_90d,
    customer_features.ticket_count_30d,
    customer_features.ticket_count_90d,
    customer_features.open_ticket_count,
    customer_features.oldest_open_ticket_days,
    customer_features.ticket_reopen_count_90d,
    customer_features.ticket_transfer_count_90d,
    customer_features.mean_resolution_hours_90d,
    customer_features.slow_resolution_count_90d,
    customer_features.payment_failure_count_30d,
    customer_features.payment_failure_count_90d,
    customer_features.payment_failure_count_180d,
    customer_features.unexpected_charge_count_30d,
    customer_features.unexpected_charge_count_90d,
    customer_features.last_nps_score,
    customer_features.days_since_last_nps,
    customer_features.last_satisfaction_rate,
    customer_features.last_ease_rate,
    customer_features.low_score_count_180d,
    customer_features.is_onboarded,
    customer_features.onboarding_days,
    customer_features.order_recency_days,
    customer_features.order_count,
    customer_features.order_count_365d,
    customer_features.order_amount,
    customer_features.late_delivery_count,
    customer_features.interaction_count_30d,
    customer_features.interaction_count_90d,
    customer_features.help_article_count_90d,
    customer_features.in_app_error_count_90d,
    customer_features.cancellation_request_count_90d,
    cast(coalesce(past_offers.offer_count_before, 0) as bigint) as offer_count_before,
    cast(past_offers.days_since_last_offer as bigint) as days_since_last_offer,
    cast(coalesce(past_offers.accepted_offer_count, 0) as bigint) as accepted_offer_count
from candidates
inner join customer_features
    on
        candidates.customer_id = customer_features.customer_id
        and candidates.as_of_date = customer_features.as_of_date
left join past_offers
    on
        candidates.customer_id = past_offers.customer_id
        and candidates.offer_id = past_offers.offer_id
        and candidates.as_of_date = past_offers.as_of_date
