{{ config(enabled=is_source_enabled('surveymonkey')) }}

with

-- A response that names nobody makes no row.
records as (
    select
        'response:' || response_id as source_record_id,
        cast(null as varchar) as contact_id,
        email,
        cast(null as varchar) as phone,
        external_id,
        answered_at as observed_at
    from {{ ref('base_surveymonkey__responses') }}
    where respondent_kind <> 'preview'
    union all
    select
        'contact:' || contact_id as source_record_id,
        contact_id,
        {{ email_address('email') }} as email,
        nullif(trim(phone), '') as phone,
        cast(null as varchar) as external_id,
        cast(null as timestamp) as observed_at
    from {{ source('surveymonkey', 'contacts') }}
)

{{ identities_of('surveymonkey', [
    ('surveymonkey_contact_id', 'contact_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('surveymonkey'), 'external_id'),
]) }}
