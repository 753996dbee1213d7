{{ config(schema='core', contract={'enforced': false}) }}

{%- set horizon = var('effect_horizon_days') -%}
{%- set grace = var('renewal_grace_days') -%}
{%- set silence = var('inactivity_days') -%}
{%- set strata = 'window_start, churn_basis, segment, tenure_band, value_band, use_band' %}

with

experiences as (
    select * from {{ ref('int_bad_experiences') }}
),

members as (
    select * from {{ ref('int_outcome_windows') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where status = 'active' and mrr_amount > 0
),

orders as (
    select * from {{ ref('fct_orders') }}
    where coalesce(status, '') not in ('cancelled', 'canceled', 'unavailable')
),

currencies as (
    select
        count(distinct currency) as currency_count,
        min(currency) as currency
    from {{ ref('int_customer_values') }}
    where currency is not null
),

-- Those with the experience are followed from its first occurrence in the window, everybody from
-- the middle of the window; taking the ones from the others leaves those without it.
followed as (
    select
        'everybody' as family,
        'everybody' as subject_id,
        members.*,
        members.middle_at as index_at
    from members
    where members.is_active_in_middle

    union all

    select
        experiences.family,
        experiences.subject_id,
        members.*,
        experiences.first_at as index_at
    from experiences
    inner join members
        on
            experiences.customer_id = members.customer_id
            and experiences.window_start = members.window_start
            and experiences.first_at >= members.started_at
            and experiences.first_at < coalesce(members.churned_at, {{ end_of_time() }})
),

-- A buyer's silence takes its time to count as a loss, a late renewal to be excluded.
decided as (
    select
        *,
        case when churn_basis = 'contractual' then {{ horizon }} else {{ horizon + silence }} end
            as loss_days
    from followed
    where
        {{ add_days(
            'index_at',
            "case when churn_basis = 'contractual' then " ~ (horizon + grace)
            ~ " else " ~ (horizon + silence) ~ " end"
        ) }} <= {{ as_of_end() }}
),

-- Places and times at which spending is asked for, each once.
spending_questions as (
    select distinct
        customer_id,
        index_at
    from decided
),

spending_parts as (
    select
        spending_questions.customer_id,
        spending_questions.index_at,
        cast(
            subscription_changes.mrr_amount * greatest(0, {{ seconds_between(
                'greatest(subscription_changes.changed_at, spending_questions.index_at)',
                'least(coalesce(subscription_changes.valid_to, ' ~ end_of_time() ~ '), '
                ~ add_days('spending_questions.index_at', horizon) ~ ')'
            ) }}) / {{ seconds_per_month() }} as decimal(28, 9)
        ) as amount
    from spending_questions
    inner join subscription_changes
        on
            spending_questions.customer_id = subscription_changes.customer_id
            and subscription_changes.changed_at
            < {{ add_days('spending_questions.index_at', horizon) }}
            and coalesce(subscription_changes.valid_to, {{ end_of_time() }})
            > spending_questions.index_at

    union all

    select
        spending_questions.customer_id,
        spending_questions.index_at,
        cast(
            coalesce(orders.total_amount, 0) - coalesce(orders.refund_amount, 0) as decimal(28, 9)
        ) as amount
    from spending_questions
    inner join orders
        on
            spending_questions.customer_id = orders.customer_id
            and spending_questions.index_at < orders.ordered_at
            and orders.ordered_at < {{ add_days('spending_questions.index_at', horizon) }}
),

spending as (
    select
        customer_id,
        index_at,
        cast(sum(amount) as decimal(18, 2)) as amount
    from spending_parts
    group by customer_id, index_at
),

outcomes as (
    select
        decided.*,
        case
            when decided.churned_at <= {{ add_days('decided.index_at', 'decided.loss_days') }}
                then 1
            else 0
        end as is_lost,
        coalesce(spending.amount, 0) as spend
    from decided
    left join spending
        on
            decided.customer_id = spending.customer_id
            and decided.index_at = spending.index_at
),

everybody as (
    select
        {{ strata }},
        count(*) as customers,
        sum(is_lost) as lost,
        sum(spend) as spend,
        sum(cast(spend as decimal(18, 2)) * spend) as squared_spend
    from outcomes
    where family = 'everybody'
    group by {{ strata }}
),

exposed as (
    select
        family,
        subject_id,
        {{ strata }},
        count(*) as customers,
        sum(is_lost) as lost,
        sum(spend) as spend,
        sum(cast(spend as decimal(18, 2)) * spend) as squared_spend
    from outcomes
    where family <> 'everybody'
    group by family, subject_id, {{ strata }}
),

-- What a bad experience does lasts: whoever had one in the window before, or in this one by its
-- middle, is not among those without it. What comes after the middle must not matter: who has left
-- by then has no errors any more, and those without would be the ones who left.
remembered as (
    select
        family,
        subject_id,
        customer_id,
        window_start,
        first_at
    from experiences

    union all

    select
        family,
        subject_id,
        customer_id,
        cast({{ dbt.dateadd('month', 3, 'window_start') }} as date) as window_start,
        first_at
    from experiences
),

known_by_window as (
    select
        family,
        subject_id,
        customer_id,
        window_start,
        min(first_at) as first_at
    from remembered
    group by family, subject_id, customer_id, window_start
),

-- They are taken away from everybody; some are not there, for they were lost by the middle of the
-- window.
remembered_in_everybody as (
    select
        known_by_window.family,
        known_by_window.subject_id,
        {% for column in strata.split(', ') -%}
        outcomes.{{ column }},
        {% endfor -%}
        count(*) as customers,
        sum(outcomes.is_lost) as lost,
        sum(outcomes.spend) as spend,
        sum(cast(outcomes.spend as decimal(18, 2)) * outcomes.spend) as squared_spend
    from known_by_window
    inner join outcomes
        on
            known_by_window.customer_id = outcomes.customer_id
            and known_by_window.window_start = outcomes.window_start
            and known_by_window.first_at <= outcomes.index_at
            and outcomes.family = 'everybody'
    group by
        {% for column in strata.split(', ') -%}
        outcomes.{{ column }},
        {% endfor -%}
        known_by_window.family,
        known_by_window.subject_id
),

compared as (
    select
        exposed.family,
        exposed.subject_id,
        exposed.segment,
        exposed.customers as n_1,
        exposed.lost as e_1,
        exposed.spend as s_1,
        exposed.squared_spend as q_1,
        coalesce(everybody.customers, 0) - coalesce(known.customers, 0) as n_0,
        coalesce(everybody.lost, 0) - coalesce(known.lost, 0) as e_0,
        coalesce(everybody.spend, 0) - coalesce(known.spend, 0) as s_0,
        coalesce(everybody.squared_spend, 0) - coalesce(known.squared_spend, 0) as q_0
    from exposed
    left join everybody
        on
            exposed.window_start = everybody.window_start
            and exposed.churn_basis = everybody.churn_basis
            and exposed.segment = everybody.segment
            and exposed.tenure_band = everybody.tenure_band
            and exposed.value_band = everybody.value_band
            and exposed.use_band = everybody.use_band
    left join remembered_in_everybody as known
        on
            exposed.family = known.family
            and exposed.subject_id = known.subject_id
            and exposed.window_start = known.window_start
            and exposed.churn_basis = known.churn_basis
            and exposed.segment = known.segment
            and exposed.tenure_band = known.tenure_band
            and exposed.value_band = known.value_band
            and exposed.use_band = known.use_band
),

placed as (
    select * from compared

    union all

    select
        family,
        subject_id,
        'all' as segment,
        n_1,
        e_1,
        s_1,
        q_1,
        n_0,
        e_0,
        s_0,
        q_0
    from compared
),

summed as (
    select
        family,
        subject_id,
        segment,
        sum(n_1) as all_exposed,
        sum(case when n_0 > 0 then n_1 else 0 end) as exposed_customers,
        sum(case when n_0 > 0 then e_1 else 0 end) as exposed_lost,
        sum(n_0) as other_customers,
        sum(e_0) as other_lost,
        {{ exact_sum(stratum_weight('n_1', 'n_0')) }} as weight,
        {{ exact_sum(stratum_difference('e_1', 'n_1', 'e_0', 'n_0')) }} as difference_sum,
        {{ exact_sum(stratum_sato_p('e_1', 'n_1', 'e_0', 'n_0')) }} as sato_p,
        {{ exact_sum(stratum_sato_q('e_1', 'n_1', 'e_0', 'n_0')) }} as sato_q,
        {{ exact_sum(stratum_difference('s_1', 'n_1', 's_0', 'n_0')) }} as spend_sum,
        {{ exact_sum(
            'case when n_0 > 0 then q_1 - s_1 * 1.0e0 * s_1 / n_1'
            ~ ' + q_0 - s_0 * 1.0e0 * s_0 / n_0 end'
        ) }} as spend_squares,
        sum(case when n_0 > 0 then n_1 + n_0 - 2 else 0 end) as spend_degrees
    from placed
    group by family, subject_id, segment
),

estimated as (
    select
        *,
        difference_sum / nullif(weight, 0) as difference,
        sqrt(greatest(difference_sum / nullif(weight, 0) * sato_p + sato_q, 0))
        / nullif(weight, 0) as standard_error,
        spend_sum / nullif(weight, 0) as spend_difference,
        sqrt(
            greatest(spend_squares, 0) / nullif(spend_degrees, 0) / nullif(weight, 0)
        ) as spend_standard_error,
        exposed_customers >= {{ var('minimum_sample_size') }}
        and other_customers >= {{ var('minimum_sample_size') }}
        and exposed_lost + other_lost >= {{ var('effect_minimum_losses') }}
        and exposed_customers + other_customers - exposed_lost - other_lost
        >= {{ var('effect_minimum_losses') }} as is_enough
    from summed
)

select
    estimated.family,
    estimated.subject_id,
    estimated.segment,
    cast(estimated.exposed_customers as bigint) as exposed_windows,
    cast(estimated.exposed_lost as bigint) as exposed_lost,
    cast(estimated.other_customers as bigint) as other_windows,
    cast(estimated.other_lost as bigint) as other_lost,
    cast(estimated.all_exposed - estimated.exposed_customers as bigint) as unmatched_windows,
    estimated.is_enough,
    case when estimated.is_enough then estimated.difference end as churn_effect,
    case
        when estimated.is_enough
            then estimated.difference - {{ var('z_score') }}e0 * estimated.standard_error
    end as churn_effect_lower,
    case
        when estimated.is_enough
            then estimated.difference + {{ var('z_score') }}e0 * estimated.standard_error
    end as churn_effect_upper,
    case
        when estimated.is_enough
            then estimated.difference / nullif(estimated.standard_error, 0)
    end as churn_z,
    case
        when estimated.is_enough and currencies.currency_count = 1
            then estimated.spend_difference
    end as spend_effect,
    case
        when estimated.is_enough and currencies.currency_count = 1
            then
                estimated.spend_difference - {{ var('z_score') }}e0 * estimated.spend_standard_error
    end as spend_effect_lower,
    case
        when estimated.is_enough and currencies.currency_count = 1
            then
                estimated.spend_difference + {{ var('z_score') }}e0 * estimated.spend_standard_error
    end as spend_effect_upper,
    case when currencies.currency_count = 1 then currencies.currency end as currency
from estimated
cross join currencies
