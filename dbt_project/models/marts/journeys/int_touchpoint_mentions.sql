{{ config(schema='core', contract={'enforced': false}) }}

with

signals as (
    select * from {{ ref('fct_comment_signals') }}
),

matches as (
    select * from {{ ref('bridge_comment_themes') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- Words decide: a complaint about an invoice is no judgement of the product, though the question
-- was about the product. The touchpoint a comment was given at counts when its words name none.
named as (
    select distinct
        feedback_id,
        touchpoint_id
    from matches
    where touchpoint_id is not null
),

mentions as (
    select
        feedback_id,
        touchpoint_id
    from named

    union all

    select
        signals.feedback_id,
        signals.touchpoint_id
    from signals
    left join named on signals.feedback_id = named.feedback_id
    where
        named.feedback_id is null
        and signals.touchpoint_id <> 'unmapped'
)

select
    mentions.feedback_id,
    mentions.touchpoint_id,
    signals.respondent_id,
    signals.customer_id,
    signals.occurred_at,
    signals.sentiment,
    signals.emotional_intensity
from mentions
inner join signals on mentions.feedback_id = signals.feedback_id
left join customers on signals.customer_id = customers.customer_id
where not coalesce(customers.is_test, false)
