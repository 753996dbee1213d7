{{ config(schema='core', contract={'enforced': false}) }}

with

friction_events as (
    select * from {{ ref('int_friction_events') }}
    where customer_id is not null
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where customer_id is not null and touchpoint_id is not null
),

signals as (
    select * from {{ ref('fct_comment_signals') }}
    where customer_id is not null and sentiment = 'negative'
),

matches as (
    select * from {{ ref('bridge_comment_themes') }}
    where touchpoint_id is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

-- Words decide which touchpoint a comment is about; where they name none, the place it was given
-- at.
named as (
    select distinct
        feedback_id,
        touchpoint_id
    from matches
),

comments as (
    select
        signals.customer_id,
        signals.occurred_at,
        coalesce(named.touchpoint_id, signals.touchpoint_id) as touchpoint_id
    from signals
    left join named on signals.feedback_id = named.feedback_id
),

experiences as (
    select
        'detector' as family,
        detector_id as subject_id,
        'friction' as kind,
        customer_id,
        occurred_at
    from friction_events

    union all

    select
        'touchpoint' as family,
        touchpoint_id as subject_id,
        'friction' as kind,
        customer_id,
        occurred_at
    from friction_events

    union all

    select
        'touchpoint' as family,
        touchpoint_id as subject_id,
        'low_score' as kind,
        customer_id,
        answered_at as occurred_at
    from answers
    where
        is_on_scale
        and (
            (metric = 'NPS' and score <= {{ var('low_nps') }})
            or (metric = 'CSAT' and score <= {{ var('low_csat') }})
        )

    union all

    select
        'touchpoint' as family,
        touchpoint_id as subject_id,
        'negative_comment' as kind,
        customer_id,
        occurred_at
    from comments
)

select
    experiences.family,
    experiences.subject_id,
    experiences.customer_id,
    cast({{ dbt.date_trunc('quarter', 'experiences.occurred_at') }} as date) as window_start,
    min(experiences.occurred_at) as first_at,
    cast(count(case when experiences.kind = 'friction' then 1 end) as bigint) as friction_events,
    cast(count(case when experiences.kind = 'low_score' then 1 end) as bigint) as low_scores,
    cast(count(case when experiences.kind = 'negative_comment' then 1 end) as bigint)
        as negative_comments
from experiences
inner join customers on experiences.customer_id = customers.customer_id
where experiences.subject_id is not null and experiences.subject_id <> 'unmapped'
group by
    experiences.family,
    experiences.subject_id,
    experiences.customer_id,
    cast({{ dbt.date_trunc('quarter', 'experiences.occurred_at') }} as date)
