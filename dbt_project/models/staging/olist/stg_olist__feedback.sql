{{ config(enabled=is_source_enabled('olist')) }}

with reviews as (

    select
        *,
        nullif(trim(review_comment_title), '') as title,
        nullif(trim(review_comment_message), '') as message
    from {{ source('olist', 'order_reviews') }}

),

orders as (

    select * from {{ source('olist', 'orders') }}

)

select
    'olist' as source_name,
    concat(reviews.review_id, ':', reviews.order_id) as feedback_id,
    case when orders.customer_id is not null then 'olist_customer_id' end as customer_key_type,
    orders.customer_id as customer_key,
    concat(reviews.review_id, ':', reviews.order_id) as response_id,
    'direct' as feedback_kind,
    true as is_solicited,
    'email' as channel_id,
    'order_delivery' as touchpoint_id,
    'order_review' as survey_id,
    -- Some customers type the same words into both fields; once is enough to say it.
    case
        when reviews.title is null or lower(reviews.title) = lower(reviews.message)
            then coalesce(reviews.message, reviews.title)
        when reviews.message is null then reviews.title
        else concat(reviews.title, '. ', reviews.message)
    end as comment_text,
    reviews.review_score as rating,
    reviews.review_answer_timestamp as occurred_at
from reviews
left join orders on reviews.order_id = orders.order_id
where reviews.title is not null or reviews.message is not null
