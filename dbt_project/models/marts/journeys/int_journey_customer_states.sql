{{ config(schema='core', contract={'enforced': false}) }}

{%- set measures = [
    'lifecycle_state', 'rfm_segment', 'value_band', 'attitude', 'buying_habit', 'is_engaged',
    'recency_days', 'frequency', 'monetary_amount',
] -%}

with

instances as (
    select * from {{ ref('fct_journeys') }}
    where customer_id is not null
),

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
    where months_back > 0
),

history as (
    select * from {{ ref('int_segment_history') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

spells as (
    select * from {{ ref('int_customer_spells') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
    where customer_id is not null and status = 'active'
),

personas as (
    select * from {{ ref('personas') }}
),

persona_rules as (
    select * from {{ ref('persona_rules') }}
),

months as (
    select
        as_of_date,
        cast({{ add_days('cast(as_of_date as timestamp)', 1) }} as date) as start_month
    from snapshots
),

-- Only the months in which a customer began a journey are of interest.
wanted as (
    select
        instances.customer_id,
        months.start_month,
        months.as_of_date
    from instances
    inner join months on instances.start_month = months.start_month
    group by instances.customer_id, months.start_month, months.as_of_date
),

-- Who was not yet known has never paid, and the contact that opens the journey is the first.
before_month as (
    select
        wanted.customer_id,
        wanted.start_month,
        wanted.as_of_date as state_date,
        coalesce(history.lifecycle_state, 'prospect') as lifecycle_state,
        coalesce(history.rfm_segment, 'no_purchase') as rfm_segment,
        coalesce(history.value_band, 'none') as value_band,
        coalesce(history.attitude, 'unknown') as attitude,
        coalesce(history.buying_habit, 'none') as buying_habit,
        coalesce(history.engagement, 'engaged') = 'engaged' as is_engaged,
        history.recency_days,
        coalesce(history.frequency, 0) as frequency,
        coalesce(history.monetary_amount, 0) as monetary_amount
    from wanted
    left join history
        on
            wanted.customer_id = history.customer_id
            and wanted.as_of_date = history.as_of_date
),

spells_begun as (
    select
        wanted.customer_id,
        wanted.start_month,
        spells.churn_basis,
        spells.spell_number,
        cast(spells.started_at as date) as state_date,
        row_number() over (
            partition by wanted.customer_id, wanted.start_month
            order by spells.spell_number
        ) as spell_in_month
    from wanted
    inner join spells
        on
            wanted.customer_id = spells.customer_id
            and wanted.start_month
            = cast({{ dbt.date_trunc('month', 'spells.started_at') }} as date)
),

contracts_begun as (
    select
        spells_begun.customer_id,
        spells_begun.start_month,
        max(coalesce(subscription_changes.contract_months, 1)) as contract_months
    from spells_begun
    inner join subscription_changes
        on
            spells_begun.customer_id = subscription_changes.customer_id
            and spells_begun.state_date >= cast(subscription_changes.changed_at as date)
            and (
                subscription_changes.valid_to is null
                or spells_begun.state_date < cast(subscription_changes.valid_to as date)
            )
    where spells_begun.spell_in_month = 1
    group by spells_begun.customer_id, spells_begun.start_month
),

-- Becoming a customer, again or for the first time, is the one change whose day is kept. Who comes
-- back without a contract has bought before.
since_beginning as (
    select
        before_month.customer_id,
        before_month.start_month,
        spells_begun.state_date,
        case when spells_begun.spell_number > 1 then 'won_back' else 'new' end as lifecycle_state,
        before_month.rfm_segment,
        before_month.value_band,
        before_month.attitude,
        {{ buying_habit(
            'spells_begun.churn_basis',
            'contracts_begun.contract_months',
            'case when spells_begun.spell_number > 1 then 2 else 1 end',
        ) }} as buying_habit,
        true as is_engaged,
        0 as recency_days,
        before_month.frequency,
        before_month.monetary_amount
    from spells_begun
    inner join before_month
        on
            spells_begun.customer_id = before_month.customer_id
            and spells_begun.start_month = before_month.start_month
    left join contracts_begun
        on
            spells_begun.customer_id = contracts_begun.customer_id
            and spells_begun.start_month = contracts_begun.start_month
    where spells_begun.spell_in_month = 1
),

states as (
    select
        customer_id,
        start_month,
        'month_before' as state_kind,
        state_date,
        {{ measures | join(',\n        ') }}
    from before_month

    union all

    select
        customer_id,
        start_month,
        'relationship_begun' as state_kind,
        state_date,
        {{ measures | join(',\n        ') }}
    from since_beginning
),

described as (
    select
        states.*,
        customers.segment,
        customers.business_model,
        customers.industry,
        customers.country,
        customers.size_band
    from states
    left join customers on states.customer_id = customers.customer_id
),

matched as (
    {{ first_matching_personas('described', ['customer_id', 'start_month', 'state_kind']) }}
),

-- A persona is tried after those before it, so that one rule about today colours all after it.
first_of_today as (
    select min(personas.match_order) as match_order
    from persona_rules
    inner join personas on persona_rules.persona_id = personas.persona_id
    where
        persona_rules.attribute in (
            {%- for attribute in persona_attributes_of_today() %}
            '{{ attribute }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
)

select
    described.customer_id,
    described.start_month,
    described.state_kind,
    described.state_date,
    described.lifecycle_state,
    coalesce(matched.persona_id, 'none') as persona_id,
    case
        when first_of_today.match_order is null then 'at_start'
        when matched.match_order < first_of_today.match_order then 'at_start'
        else 'partly_today'
    end as persona_basis
from described
cross join first_of_today
left join matched
    on
        described.customer_id = matched.customer_id
        and described.start_month = matched.start_month
        and described.state_kind = matched.state_kind
