with

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
    where is_active and churn_basis = 'contractual' and ended_at is null
),

offers as (
    select * from {{ ref('offers') }}
),

offer_events as (
    select * from {{ ref('fct_offers') }}
    where customer_id is not null
),

plans as (
    select
        customer_id,
        plan_id,
        row_number() over (
            partition by customer_id
            order by changed_at desc, subscription_change_id desc
        ) as recency
    from {{ ref('fct_subscription_changes') }}
    where status in ('active', 'trialing')
),

service as (
    select * from {{ ref('int_customer_service') }}
),

permissions as (
    select
        customer_id,
        is_allowed
    from {{ ref('mart_contact_permissions') }}
    where purpose = 'marketing'
),

scores as (
    select * from {{ source('ml', 'upsell_scores') }}
    where as_of_date = {{ as_of_date() }}
),

churn_risk as (
    select
        customer_id,
        risk_band
    from {{ ref('mart_churn_risk') }}
),

offers_made as (
    select
        customer_id,
        offer_id,
        max(offered_at) as last_offered_at,
        coalesce(bool_or(is_accepted), false) as is_taken
    from offer_events
    group by customer_id, offer_id
),

contact_load as (
    select
        customer_id,
        count(*) as offer_count_90d
    from offer_events
    where offered_at >= {{ last_days_start(90) }}
    group by customer_id
),

candidates as (
    select
        customers.customer_id,
        customers.customer_label,
        customers.segment,
        offers.offer_id,
        offers.offer_name,
        offers.annual_value_amount as offer_value_amount,
        offers.currency,
        scores.propensity_90d,
        scores.reason_1,
        scores.reason_2,
        scores.model_version,
        {{ days_before_as_of('offers_made.last_offered_at') }}
            as days_since_last_offer,
        case
            when coalesce(offers_made.is_taken, false) then 'already taken'
            when
                offers.plan_required is not null
                and coalesce(
                    concat('|', offers.plan_required, '|')
                    not like concat('%|', plans.plan_id, '|%'),
                    true
                )
                then 'plan does not allow it'
            when
                coalesce(
                    {{ days_before_as_of('lifetimes.started_at') }}
                    < offers.minimum_tenure_days,
                    true
                )
                then 'customer for too short a time'
            when not permissions.is_allowed then 'no consent to marketing'
            when service.open_ticket_count > 0 then 'open ticket'
            when churn_risk.risk_band = 'high' then 'keep the customer first'
            when
                {{ days_before_as_of('offers_made.last_offered_at') }}
                < offers.cooldown_days
                then 'offered not long ago'
            when contact_load.offer_count_90d >= {{ var('maximum_offers_90d') }}
                then 'too many offers in 90 days'
        end as ineligible_reason
    from customers
    inner join lifetimes on customers.customer_id = lifetimes.customer_id
    cross join offers
    left join plans on customers.customer_id = plans.customer_id and plans.recency = 1
    left join offers_made
        on
            customers.customer_id = offers_made.customer_id
            and offers.offer_id = offers_made.offer_id
    left join contact_load on customers.customer_id = contact_load.customer_id
    left join permissions on customers.customer_id = permissions.customer_id
    left join service on customers.customer_id = service.customer_id
    left join churn_risk on customers.customer_id = churn_risk.customer_id
    left join scores
        on customers.customer_id = scores.customer_id and offers.offer_id = scores.offer_id
),

valued as (
    select
        *,
        cast(propensity_90d * offer_value_amount as decimal(18, 2)) as expected_value_amount
    from candidates
)

select
    customer_id,
    customer_label,
    segment,
    offer_id,
    offer_name,
    {{ as_of_date() }} as as_of_date,
    propensity_90d,
    ineligible_reason is null as is_eligible,
    ineligible_reason,
    offer_value_amount,
    expected_value_amount,
    currency,
    days_since_last_offer,
    reason_1,
    reason_2,
    row_number() over (
        partition by customer_id
        order by
            case when ineligible_reason is null then 0 else 1 end asc,
            expected_value_amount desc nulls last,
            offer_value_amount desc,
            offer_id asc
    ) as rank_in_customer,
    model_version
from valued
