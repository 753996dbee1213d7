{{ config(enabled=is_source_enabled('reviews')) }}

with

google_play as (
    select
        -- An export names no reviewer and, for a rating without words, no address either.
        'google_play:' || {{ dbt.hash(
            "coalesce(package_name, '') || '|' || cast(submitted_at as varchar) || '|'"
            ~ " || coalesce(reviewer_language, '') || '|' || coalesce(device, '')"
        ) }} as review_id,
        'google_play' as site,
        package_name as subject,
        rating,
        title,
        body,
        cast(null as varchar) as email,
        cast(null as varchar) as order_reference,
        false as is_invited,
        coalesce(edited_at, submitted_at) as posted_at,
        replied_at
    from {{ source('reviews', 'google_play') }}
),

app_store as (
    select
        'app_store:' || review_id as review_id,
        'app_store' as site,
        app_id as subject,
        rating,
        title,
        body,
        cast(null as varchar) as email,
        cast(null as varchar) as order_reference,
        false as is_invited,
        posted_at,
        replied_at
    from {{ source('reviews', 'app_store') }}
),

review_sites as (
    select
        lower(site) || ':' || review_id as review_id,
        lower(site) as site,
        subject,
        rating,
        title,
        body,
        {{ email_address('reviewer_email') }} as email,
        nullif(trim(order_reference), '') as order_reference,
        -- Where a site says how a review came about, all but these were asked for.
        coalesce(lower(trim(origin)) not in ('', 'organic', 'unprompted', 'redirect'), false)
            as is_invited,
        posted_at,
        replied_at
    from {{ source('reviews', 'review_sites') }}
),

together as (
    select * from google_play
    union all
    select * from app_store
    union all
    select * from review_sites
)

select
    review_id,
    site,
    subject,
    rating,
    -- The heading is part of what was written; some sites repeat the beginning of the text in it.
    nullif(trim(
        case
            when trim(coalesce(title, '')) = '' then body
            when trim(coalesce(body, '')) = '' then title
            when left(lower(trim(body)), length(trim(title))) = lower(trim(title)) then body
            else trim(title) || '. ' || body
        end
    ), '') as review_text,
    email,
    order_reference,
    is_invited,
    posted_at,
    replied_at
from together
