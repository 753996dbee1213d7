{{ config(enabled=is_source_enabled('olist')) }}

with reviews as (

    select * from {{ source('olist', 'order_reviews') }}

),

orders as (

    select * from {{ source('olist', 'orders') }}

)

select
    'olist' as source_name,
    concat(reviews.review_id, ':', reviews.order_id) as answer_id,
    concat(reviews.review_id, ':', reviews.order_id) as response_id,
    'order_review' as survey_id,
    'score' as question_id,
    case when orders.customer_id is not null then 'olist_customer_id' end as customer_key_type,
    orders.customer_id as customer_key,
    reviews.review_answer_timestamp as answered_at,
    reviews.review_score as score,
    'email' as channel_id
from reviews
left join orders on reviews.order_id = orders.order_id
