{{ config(enabled=is_source_enabled('reviews')) }}

-- A rating without words is an interaction, not a comment.
select
    'reviews' as source_name,
    review_id as feedback_id,
    case when email is not null then 'email' end as customer_key_type,
    email as customer_key,
    'indirect' as feedback_kind,
    is_invited as is_solicited,
    'social' as channel_id,
    review_text as comment_text,
    cast(rating as double) as rating,
    posted_at as occurred_at
from {{ ref('base_reviews__reviews') }}
where review_text is not null
