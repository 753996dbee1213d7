{{ config(schema='core', contract={'enforced': false}) }}

with

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where customer_id is not null and is_on_scale and score is not null
),

comments as (
    select * from {{ ref('fct_comment_signals') }}
    where customer_id is not null
),

answers_ranked as (
    select
        customer_id,
        case when metric = 'NPS' then 'NPS' else 'CSAT' end as metric,
        score,
        answered_at,
        row_number() over (
            partition by customer_id, case when metric = 'NPS' then 'NPS' else 'CSAT' end
            order by answered_at desc, answer_id asc
        ) as recency
    from answers
    where metric in ('NPS', 'CSAT', 'OSAT')
),

last_scores as (
    select
        customer_id,
        max(score) filter (where metric = 'NPS') as last_nps,
        max(answered_at) filter (where metric = 'NPS') as last_nps_at,
        max(score) filter (where metric = 'CSAT') as last_csat,
        max(answered_at) filter (where metric = 'CSAT') as last_csat_at
    from answers_ranked
    where recency = 1
    group by customer_id
),

comments_ranked as (
    select
        customer_id,
        sentiment,
        occurred_at,
        row_number() over (
            partition by customer_id
            order by
                case when is_scored then 0 else 1 end asc, occurred_at desc, feedback_id asc
        ) as scored_recency,
        is_scored
    from comments
),

comment_totals as (
    select
        customer_id,
        count(*) as comment_count,
        count(*) filter (where sentiment = 'negative') as negative_comment_count,
        max(sentiment) filter (where is_scored and scored_recency = 1) as last_sentiment,
        max(occurred_at) filter (where is_scored and scored_recency = 1) as last_sentiment_at,
        max(occurred_at) as last_comment_at
    from comments_ranked
    group by customer_id
),

customers as (
    select customer_id from last_scores
    union
    select customer_id from comment_totals
)

select
    customers.customer_id,
    last_scores.last_nps,
    last_scores.last_nps_at,
    last_scores.last_csat,
    last_scores.last_csat_at,
    coalesce(comment_totals.comment_count, 0) as comment_count,
    coalesce(comment_totals.negative_comment_count, 0) as negative_comment_count,
    comment_totals.last_sentiment,
    comment_totals.last_sentiment_at,
    comment_totals.last_comment_at
from customers
left join last_scores on customers.customer_id = last_scores.customer_id
left join comment_totals on customers.customer_id = comment_totals.customer_id
