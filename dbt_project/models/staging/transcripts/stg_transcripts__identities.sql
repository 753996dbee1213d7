{{ config(enabled=is_source_enabled('transcripts')) }}

with

-- A conversation with somebody who gave no name is nobody's.
records as (
    select
        'conversation:' || conversation_id as source_record_id,
        conversation_id,
        email,
        phone,
        external_id,
        started_at as observed_at
    from {{ ref('base_transcripts__conversations') }}
    where coalesce(email, phone, external_id) is not null
)

{% for identity_type, column in [
    ('transcripts_conversation_id', 'conversation_id'),
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
