{{ config(enabled=is_source_enabled('qualtrics')) }}

with

directory as (
    select
        contact_id,
        first_name,
        last_name,
        {{ email_address('email') }} as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(external_reference), '') as external_id,
        created_at,
        is_unsubscribed,
        coalesce(unsubscribed_at, modified_at, created_at) as unsubscribed_at
    from {{ source('qualtrics', 'directory_contact') }}
),

-- Older accounts keep contacts in lists of their own.
listed as (
    select
        contact_id,
        first_name,
        last_name,
        {{ email_address('email') }} as email,
        cast(null as varchar) as phone,
        nullif(trim(external_reference), '') as external_id,
        cast(null as timestamp) as created_at,
        is_unsubscribed,
        synced_at as unsubscribed_at
    from {{ source('qualtrics', 'core_contact') }}
    where contact_id not in (select directory.contact_id from directory)
),

together as (
    select * from directory
    union all
    select * from listed
)

select
    contact_id,
    nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '') as full_name,
    email,
    phone,
    external_id,
    created_at,
    is_unsubscribed,
    unsubscribed_at
from together
