{{ config(enabled=is_source_enabled('delighted')) }}

with

-- A response that names nobody makes no row.
records as (
    select
        'response:' || response_id as source_record_id,
        person_id,
        email,
        phone,
        external_id,
        answered_at as observed_at
    from {{ ref('base_delighted__responses') }}
    union all
    select
        'person:' || person_id as source_record_id,
        person_id,
        {{ email_address('email') }} as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(external_reference), '') as external_id,
        created_at as observed_at
    from {{ source('delighted', 'people') }}
    union all
    select
        'unsubscribe:' || person_id as source_record_id,
        person_id,
        {{ email_address('email') }} as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as external_id,
        unsubscribed_at as observed_at
    from {{ source('delighted', 'unsubscribes') }}
)

{{ identities_of('delighted', [
    ('delighted_person_id', 'person_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('delighted'), 'external_id'),
]) }}
