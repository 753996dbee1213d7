{{ config(enabled=is_source_enabled('qualtrics')) }}

with

-- Who answered a personal link is known though the response names nobody.
answered as (
    select
        'response:' || response_id as source_record_id,
        response_id,
        contact_id,
        response_completed_at
    from {{ source('qualtrics', 'distribution_contact') }}
    where response_id is not null
),

-- A response that names nobody at all is no customer.
responses as (
    select
        'response:' || response_id as source_record_id,
        'qualtrics_response_id' as own_type,
        response_id as own_id,
        email,
        cast(null as varchar) as phone,
        external_id,
        recorded_at as observed_at
    from {{ ref('base_qualtrics__responses') }}
    where
        respondent_kind = 'customer'
        and (
            email is not null
            or external_id is not null
            or response_id in (select answered.response_id from answered)
        )
),

contacts as (
    select
        'contact:' || contact_id as source_record_id,
        'qualtrics_contact_id' as own_type,
        contact_id as own_id,
        email,
        phone,
        external_id,
        created_at as observed_at
    from {{ ref('base_qualtrics__contacts') }}
),

records as (
    select * from responses
    union all
    select * from contacts
)

select
    'qualtrics' as source_name,
    source_record_id,
    own_type as identity_type,
    own_id as identity_value,
    observed_at
from records
union all
select
    'qualtrics' as source_name,
    source_record_id,
    'email' as identity_type,
    email as identity_value,
    observed_at
from records
where email is not null
union all
select
    'qualtrics' as source_name,
    source_record_id,
    'phone' as identity_type,
    phone as identity_value,
    observed_at
from records
where phone is not null
union all
select
    'qualtrics' as source_name,
    source_record_id,
    '{{ external_id_type("qualtrics") }}' as identity_type,
    external_id as identity_value,
    observed_at
from records
where external_id is not null
union all
select
    'qualtrics' as source_name,
    source_record_id,
    'qualtrics_contact_id' as identity_type,
    contact_id as identity_value,
    response_completed_at as observed_at
from answered
