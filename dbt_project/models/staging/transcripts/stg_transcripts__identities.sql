{{ config(enabled=is_source_enabled('transcripts')) }}

with

-- A conversation with somebody who gave no name makes no row.
records as (
    select
        'conversation:' || conversation_id as source_record_id,
        email,
        phone,
        external_id,
        started_at as observed_at
    from {{ ref('base_transcripts__conversations') }}
)

{% for identity_type, column in [
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('transcripts'), 'external_id'),
] %}
{%- if not loop.first %}

union all

{% endif -%}
select
    'transcripts' as source_name,
    source_record_id,
    '{{ identity_type }}' as identity_type,
    {{ column }} as identity_value,
    observed_at
from records
where {{ column }} is not null
{%- endfor %}
