{{ config(enabled=is_source_enabled('reviews')) }}

-- Handles and nicknames name nobody; only an address says who wrote.
select
    'reviews' as source_name,
    'review:' || review_id as source_record_id,
    'email' as identity_type,
    email as identity_value,
    posted_at as observed_at
from {{ ref('base_reviews__reviews') }}
where email is not null
