with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

activity as (
    select * from {{ ref('int_customer_activity') }}
),

voice as (
    select * from {{ ref('int_customer_voice') }}
),

service as (
    select * from {{ ref('int_customer_service') }}
),

operations as (
    select * from {{ ref('int_customer_operations') }}
),

segments as (
    select * from {{ ref('mart_segments') }}
),

churn_risk as (
    select * from {{ ref('mart_churn_risk') }}
),

stages as (
    select * from {{ ref('fct_customer_stages') }}
    where stage_set = 'six_stage' and is_current
),

best_offers as (
    select * from {{ ref('mart_upsell_opportunities') }}
    where rank_in_customer = 1 and is_eligible and propensity_90d is not null
),

last_visits as (
    select
        customer_id,
        count(*) filter (where started_at >= {{ last_days_start(90) }}) as web_session_count_90d,
        coalesce(
            sum(product_view_count) filter (where started_at >= {{ last_days_start(90) }}), 0
        ) as product_view_count_90d,
        max(started_at) as last_web_session_at
    from {{ ref('fct_web_sessions') }}
    where customer_id is not null
    group by customer_id
),

open_journeys_ranked as (
    select
        customer_id,
        journey_id,
        count(*) over (partition by customer_id) as open_journey_count,
        row_number() over (
            partition by customer_id order by started_at desc, journey_instance_id asc
        ) as newest_first
    from {{ ref('fct_journeys') }}
    where outcome = 'open' and customer_id is not null
),

open_cases as (
    select
        customer_id,
        count(*) as open_case_count
    from {{ ref('mart_case_queue') }}
    group by customer_id
)

select
    customers.customer_id,
    customers.customer_label,
    customers.segment,
    customers.business_model,
    customers.industry,
    customers.country,
    customers.size_band,
    cast(
        {{ dbt.datediff(
            'lifetimes.started_at', 'coalesce(lifetimes.churned_at, ' ~ as_of_date() ~ ')', 'day'
        ) }} as bigint
    ) as tenure_days,
    coalesce(lifetimes.is_active, false) as is_active,
    lifetimes.churned_at,
    cast(lifetimes.mrr_amount as decimal(18, 2)) as mrr_amount,
    customer_values.currency,
    coalesce(customer_values.lifetime_revenue_amount, 0) as lifetime_revenue_amount,
    coalesce(customer_values.annual_value_amount, 0) as annual_value_amount,
    coalesce(customer_values.order_count, 0) as order_count,
    customer_values.last_order_at,
    voice.last_nps,
    voice.last_nps_at,
    voice.last_csat,
    voice.last_csat_at,
    coalesce(operations.survey_count_365d, 0) as survey_count_365d,
    coalesce(operations.completed_survey_count_365d, 0) as completed_survey_count_365d,
    operations.last_asked_at,
    coalesce(voice.comment_count, 0) as comment_count,
    coalesce(voice.negative_comment_count, 0) as negative_comment_count,
    voice.last_sentiment,
    voice.last_comment_at,
    cast(coalesce(activity.interaction_count_90d, 0) as bigint) as interaction_count_90d,
    lifetimes.last_activity_at,
    cast(coalesce(activity.usage_events_30d, 0) as bigint) as usage_events_30d,
    cast(coalesce(activity.usage_events_previous_30d, 0) as bigint) as usage_events_previous_30d,
    coalesce(activity.active_features_90d, 0) as active_features_90d,
    coalesce(last_visits.web_session_count_90d, 0) as web_session_count_90d,
    cast(coalesce(last_visits.product_view_count_90d, 0) as bigint) as product_view_count_90d,
    last_visits.last_web_session_at,
    coalesce(service.ticket_count_90d, 0) as ticket_count_90d,
    coalesce(service.open_ticket_count, 0) as open_ticket_count,
    service.median_resolution_hours,
    coalesce(operations.reopen_count_365d, 0) as reopen_count_365d,
    coalesce(operations.transfer_count_365d, 0) as transfer_count_365d,
    coalesce(operations.late_delivery_count_365d, 0) as late_delivery_count_365d,
    coalesce(operations.refund_count_365d, 0) as refund_count_365d,
    cast(coalesce(activity.payment_failures_180d, 0) as bigint) as payment_failures_180d,
    operations.plan_id,
    operations.seats,
    operations.contract_months,
    stages.stage_id as current_stage_id,
    segments.lifecycle_state,
    segments.rfm_segment,
    segments.value_band,
    segments.attitude,
    segments.buying_habit,
    segments.persona_id,
    churn_risk.churn_probability_30d,
    churn_risk.churn_probability_90d,
    churn_risk.churn_probability_180d,
    churn_risk.expected_remaining_days,
    churn_risk.risk_band,
    churn_risk.reason_1 as churn_reason_1,
    churn_risk.recommended_action,
    churn_risk.lifetime_value_amount,
    churn_risk.expected_loss_amount,
    best_offers.offer_id as best_offer_id,
    best_offers.propensity_90d as best_offer_propensity,
    coalesce(open_journeys_ranked.open_journey_count, 0) as open_journey_count,
    open_journeys_ranked.journey_id as latest_open_journey_id,
    coalesce(open_cases.open_case_count, 0) as open_case_count
from customers
left join lifetimes on customers.customer_id = lifetimes.customer_id
left join customer_values on customers.customer_id = customer_values.customer_id
left join activity on customers.customer_id = activity.customer_id
left join voice on customers.customer_id = voice.customer_id
left join service on customers.customer_id = service.customer_id
left join stages on customers.customer_id = stages.customer_id
left join operations on customers.customer_id = operations.customer_id
left join last_visits on customers.customer_id = last_visits.customer_id
left join open_journeys_ranked
    on
        customers.customer_id = open_journeys_ranked.customer_id
        and open_journeys_ranked.newest_first = 1
left join segments on customers.customer_id = segments.customer_id
left join churn_risk on customers.customer_id = churn_risk.customer_id
left join best_offers on customers.customer_id = best_offers.customer_id
left join open_cases on customers.customer_id = open_cases.customer_id
