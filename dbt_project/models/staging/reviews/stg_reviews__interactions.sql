{{ config(enabled=is_source_enabled('reviews')) }}

with

reviews as (
    select * from {{ ref('base_reviews__reviews') }}
)

-- Tells no load: a review and its answer are one row.
select
    'reviews' as source_name,
    review_id as interaction_id,
    case when email is not null then 'email' end as customer_key_type,
    email as customer_key,
    'review_posted' as event_name,
    'social' as channel_id,
    posted_at as occurred_at,
    'review' as related_type,
    review_id as related_id,
    cast(cast(round(rating) as integer) as varchar) || ' stars' as outcome,
    coalesce(site || ':' || subject, site) as page
from reviews
union all
select
    'reviews' as source_name,
    review_id || ':reply' as interaction_id,
    case when email is not null then 'email' end as customer_key_type,
    email as customer_key,
    'review_answered' as event_name,
    'social' as channel_id,
    replied_at as occurred_at,
    'review' as related_type,
    review_id as related_id,
    cast(null as varchar) as outcome,
    coalesce(site || ':' || subject, site) as page
from reviews
where replied_at is not null
