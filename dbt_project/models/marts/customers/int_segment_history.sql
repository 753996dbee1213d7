{{ config(schema='core', contract={'enforced': false}) }}

with

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

spells as (
    select * from {{ ref('int_customer_spells') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where customer_id is not null and status = 'active'
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

revenue_items as (
    select * from {{ ref('int_revenue_items') }}
),

usage as (
    select * from {{ ref('int_snapshot_usage') }}
),

contacts as (
    select * from {{ ref('int_snapshot_interactions') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
    where customer_id is not null
),

usage_daily as (
    select * from {{ ref('fct_usage_daily') }}
    where customer_id is not null
),

segment_names as (
    select * from {{ ref('rfm_segments') }}
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where customer_id is not null and is_on_scale and score is not null and metric = 'NPS'
),

first_seen as (
    select
        customers.customer_id,
        least(
            coalesce(cast(customers.created_at as date), cast(min(spells.started_at) as date)),
            coalesce(cast(min(spells.started_at) as date), cast(customers.created_at as date))
        ) as first_date
    from customers
    left join spells on customers.customer_id = spells.customer_id
    group by customers.customer_id, customers.created_at
),

-- A customer of whom nobody knows since when has always been there.
population as (
    select
        first_seen.customer_id,
        snapshots.as_of_date,
        snapshots.months_back,
        {{ add_days('cast(snapshots.as_of_date as timestamp)', 1) }} as ends_at
    from first_seen
    inner join snapshots
        on coalesce(first_seen.first_date, snapshots.as_of_date) <= snapshots.as_of_date
),

spells_begun as (
    select
        population.customer_id,
        population.as_of_date,
        spells.churn_basis,
        spells.spell_number,
        spells.started_at,
        spells.ended_at,
        spells.churned_at,
        spells.loss_known_at,
        row_number() over (
            partition by population.customer_id, population.as_of_date
            order by spells.spell_number desc
        ) as newest_first
    from population
    inner join spells
        on
            population.customer_id = spells.customer_id
            and population.ends_at > spells.started_at
),

standing_contracts as (
    select
        population.customer_id,
        population.as_of_date,
        max(coalesce(subscription_changes.contract_months, 1)) as contract_months
    from population
    inner join subscription_changes
        on
            population.customer_id = subscription_changes.customer_id
            and population.ends_at > subscription_changes.changed_at
            and (
                subscription_changes.valid_to is null
                or population.ends_at <= subscription_changes.valid_to
            )
    group by population.customer_id, population.as_of_date
),

buying as (
    select
        population.customer_id,
        population.as_of_date,
        count(*) filter (where coalesce(orders.status, '') <> 'cancelled') as order_count,
        max(cast(orders.ordered_at as date)) as last_order_date,
        max(case when coalesce(orders.status, '') <> 'cancelled' then orders.ordered_at end)
            as last_bought_at
    from population
    inner join orders
        on
            population.customer_id = orders.customer_id
            and population.ends_at > orders.ordered_at
    group by population.customer_id, population.as_of_date
),

answers_until as (
    select
        customer_id,
        score,
        answered_at,
        lead(answered_at) over (partition by customer_id order by answered_at asc, answer_id desc)
            as next_answered_at
    from answers
),

last_answers as (
    select
        population.customer_id,
        population.as_of_date,
        max(answers_until.score) as last_nps
    from population
    inner join answers_until
        on
            population.customer_id = answers_until.customer_id
            and population.ends_at > answers_until.answered_at
            and (
                answers_until.next_answered_at is null
                or population.ends_at <= answers_until.next_answered_at
            )
    group by population.customer_id, population.as_of_date
),

-- Every snapshot is the end of a month, or of what is known of one, so that the last sign of life
-- in each month tells the last one before every snapshot.
months_seen as (
    select
        customer_id,
        {{ dbt.date_trunc('month', 'occurred_at') }} as month_start,
        max(occurred_at) as last_seen_at
    from interactions
    group by customer_id, {{ dbt.date_trunc('month', 'occurred_at') }}

    union all

    select
        customer_id,
        {{ dbt.date_trunc('month', 'usage_date') }} as month_start,
        cast(max(usage_date) as timestamp) as last_seen_at
    from usage_daily
    group by customer_id, {{ dbt.date_trunc('month', 'usage_date') }}
),

months_followed as (
    select
        customer_id,
        month_start,
        max(last_seen_at) as last_seen_at,
        lead(month_start) over (partition by customer_id order by month_start) as next_month_start
    from months_seen
    group by customer_id, month_start
),

last_seen as (
    select
        population.customer_id,
        population.as_of_date,
        months_followed.last_seen_at
    from population
    inner join months_followed
        on
            population.customer_id = months_followed.customer_id
            and population.as_of_date >= months_followed.month_start
            and (
                months_followed.next_month_start is null
                or population.as_of_date < months_followed.next_month_start
            )
),

-- Money as mart_segments counts it: of subscribers the last 365 days, of buyers all so far.
revenue as (
    select
        population.customer_id,
        population.as_of_date,
        {{ exact_sum(
            "case when revenue_items.revenue_kind = 'order' then revenue_items.amount else "
            ~ 'revenue_items.amount * greatest(0, '
            ~ seconds_between(
                'greatest(revenue_items.earned_from, '
                ~ add_days('population.ends_at', -365) ~ ')',
                'least(revenue_items.earned_to, population.ends_at)'
            ) ~ ') / ' ~ seconds_per_month() ~ ' end'
        ) }} as monetary_amount
    from population
    inner join customer_values on population.customer_id = customer_values.customer_id
    inner join revenue_items
        on
            population.customer_id = revenue_items.customer_id
            and customer_values.currency = revenue_items.currency
            and population.ends_at > revenue_items.earned_from
            and (
                customer_values.churn_basis = 'silence'
                or revenue_items.earned_to >= {{ add_days('population.ends_at', -365) }}
            )
    group by population.customer_id, population.as_of_date
),

measures as (
    select
        population.customer_id,
        population.as_of_date,
        population.months_back,
        coalesce(spells_begun.churn_basis, 'none') as churn_basis,
        spells_begun.spell_number,
        spells_begun.started_at,
        spells_begun.ended_at < population.ends_at as has_lapsed,
        coalesce(
            spells_begun.churned_at < population.ends_at
            and spells_begun.loss_known_at < population.ends_at,
            false
        ) as has_left,
        {{ dbt.datediff('buying.last_order_date', 'population.as_of_date', 'day') }}
            as silent_days,
        coalesce(contacts.interaction_count_30d, 0) + coalesce(usage.active_day_count_30d, 0)
            as signs_of_life,
        coalesce(usage.event_count_30d, 0) as event_count_30d,
        coalesce(usage.event_count_previous_30d, 0) as event_count_previous_30d,
        coalesce(buying.order_count, 0) as order_count,
        case
            when spells_begun.churn_basis = 'silence' then buying.last_bought_at
            else coalesce(last_seen.last_seen_at, spells_begun.started_at)
        end as last_seen_at,
        coalesce(
            last_seen.last_seen_at >= {{ add_days('population.ends_at', -30) }}, false
        ) as is_engaged,
        case
            when spells_begun.churn_basis = 'silence' then buying.order_count
            else coalesce(usage.active_day_count_90d, 0)
        end as frequency,
        standing_contracts.contract_months,
        last_answers.last_nps,
        coalesce(cast(revenue.monetary_amount as decimal(18, 2)), 0) as monetary_amount
    from population
    left join spells_begun
        on
            population.customer_id = spells_begun.customer_id
            and population.as_of_date = spells_begun.as_of_date
            and spells_begun.newest_first = 1
    left join buying
        on
            population.customer_id = buying.customer_id
            and population.as_of_date = buying.as_of_date
    left join standing_contracts
        on
            population.customer_id = standing_contracts.customer_id
            and population.as_of_date = standing_contracts.as_of_date
    left join last_answers
        on
            population.customer_id = last_answers.customer_id
            and population.as_of_date = last_answers.as_of_date
    left join usage
        on
            population.customer_id = usage.customer_id
            and population.as_of_date = usage.as_of_date
    left join last_seen
        on
            population.customer_id = last_seen.customer_id
            and population.as_of_date = last_seen.as_of_date
    left join contacts
        on
            population.customer_id = contacts.customer_id
            and population.as_of_date = contacts.as_of_date
    left join revenue
        on
            population.customer_id = revenue.customer_id
            and population.as_of_date = revenue.as_of_date
),

aged as (
    select
        customer_id,
        as_of_date,
        churn_basis,
        monetary_amount,
        frequency,
        {{ dbt.datediff('last_seen_at', 'as_of_date', 'day') }}
            as recency_days
    from measures
    where churn_basis = 'contractual' or (churn_basis = 'silence' and order_count > 0)
),

scored as (
    select
        customer_id,
        as_of_date,
        {{ quintile_score('recency_days desc', also_by='as_of_date') }} as recency_score,
        {{ quintile_score('frequency', also_by='as_of_date') }} as frequency_score,
        {{ quintile_score('monetary_amount', also_by='as_of_date') }} as monetary_score
    from aged
)

select
    measures.customer_id,
    measures.as_of_date,
    measures.months_back,
    {{ lifecycle_state(
        'measures.churn_basis',
        'not measures.has_left',
        'cast(measures.started_at as date) > cast(' ~ add_days(
            'cast(measures.as_of_date as timestamp)', -var('new_customer_days')
        ) ~ ' as date)',
        'measures.spell_number > 1',
        'measures.has_lapsed',
        'measures.silent_days',
        'measures.signs_of_life = 0',
        is_use_declining('measures.event_count_30d', 'measures.event_count_previous_30d'),
    ) }} as lifecycle_state,
    {{ value_band('scored.monetary_score') }} as value_band,
    {{ attitude('measures.last_nps') }} as attitude,
    {{ buying_habit('measures.churn_basis', 'measures.contract_months', 'measures.order_count') }}
        as buying_habit,
    coalesce(segment_names.rfm_segment, 'no_purchase') as rfm_segment,
    case when measures.is_engaged then 'engaged' else 'not engaged' end as engagement,
    cast(
        {{ dbt.datediff('measures.last_seen_at', 'measures.as_of_date', 'day') }}
        as bigint
    ) as recency_days,
    cast(measures.frequency as bigint) as frequency,
    measures.monetary_amount
from measures
left join scored
    on
        measures.customer_id = scored.customer_id
        and measures.as_of_date = scored.as_of_date
left join segment_names
    on
        scored.recency_score = segment_names.recency_score
        and cast(floor((scored.frequency_score + scored.monetary_score + 1) / 2.0) as bigint)
        = segment_names.value_score
