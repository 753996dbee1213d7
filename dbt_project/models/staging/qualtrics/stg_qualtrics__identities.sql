{{ config(enabled=is_source_enabled('qualtrics')) }}

with

-- A response that names nobody at all is no customer.
records as (
    select
        'response:' || response_id as source_record_id,
        contact_id,
        email,
        cast(null as varchar) as phone,
        external_id,
        recorded_at as observed_at
    from {{ ref('base_qualtrics__responses') }}
    where respondent_kind = 'customer'
    union all
    select
        'contact:' || contact_id as source_record_id,
        contact_id,
        email,
        phone,
        external_id,
        created_at as observed_at
    from {{ ref('base_qualtrics__contacts') }}
)

{{ identities_of('qualtrics', [
    ('qualtrics_contact_id', 'contact_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('qualtrics'), 'external_id'),
]) }}
