{{ config(schema='core', contract={'enforced': false}) }}

with

phrases as (
    select * from {{ ref('int_comment_phrases') }}
    where vocabulary = 'aspect'
),

comment_themes as (
    select * from {{ ref('bridge_comment_themes') }}
),

themes as (
    select * from {{ ref('themes') }}
),

aspect_themes as (
    select * from {{ ref('service_aspect_themes') }}
),

signals as (
    select * from {{ ref('fct_comment_signals') }}
    where sentiment is not null
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

satisfaction as (
    select * from {{ ref('int_ticket_satisfaction') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

about_service as (
    select distinct comment_themes.feedback_id
    from comment_themes
    inner join themes on comment_themes.theme_id = themes.theme_id
    where themes.parent_theme_id = 'service'
),

-- A phrase such as "no idea" speaks of those who serve only where the comment is about service; a
-- theme says so by itself.
mentions as (
    select
        feedback_id,
        label as aspect,
        false as is_theme
    from phrases

    union all

    select
        comment_themes.feedback_id,
        aspect_themes.aspect,
        true as is_theme
    from comment_themes
    inner join aspect_themes on comment_themes.theme_id = aspect_themes.theme_id
),

aspects as (
    select
        feedback_id,
        aspect,
        max(case when is_theme then 1 else 0 end) = 1 as is_theme
    from mentions
    group by feedback_id, aspect
)

select
    aspects.feedback_id,
    aspects.aspect,
    signals.sentiment,
    signals.occurred_at,
    signals.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    satisfaction.ticket_id
from aspects
inner join signals on aspects.feedback_id = signals.feedback_id
inner join feedback on aspects.feedback_id = feedback.feedback_id
left join touchpoints on signals.touchpoint_id = touchpoints.touchpoint_id
left join about_service on aspects.feedback_id = about_service.feedback_id
left join satisfaction on feedback.response_id = satisfaction.response_id
left join customers on signals.customer_id = customers.customer_id
where
    not coalesce(customers.is_test, false)
    and (
        aspects.is_theme
        or about_service.feedback_id is not null
        or touchpoints.owner_team = 'support'
        or satisfaction.ticket_id is not null
    )
