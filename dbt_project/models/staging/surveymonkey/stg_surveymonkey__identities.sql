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

{% for identity_type, column in [
    ('surveymonkey_contact_id', 'contact_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('surveymonkey'), 'external_id'),
] %}
{%- if not loop.first %}

union all

{% endif -%}
select
    'surveymonkey' as source_name,
    source_record_id,
    '{{ identity_type }}' as identity_type,
    {{ column }} as identity_value,
    observed_at
from records
where {{ column }} is not null
{%- endfor %}
