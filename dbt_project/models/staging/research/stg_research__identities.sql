{{ config(enabled=is_source_enabled('research')) }}

with

-- A participant of whom only a number is known is nobody's customer.
records as (
    select
        'statement:' || statement_id as source_record_id,
        session_id || ':' || coalesce(participant_id, statement_id) as participant_id,
        {{ email_address('email') }} as email,
        nullif(trim(external_reference), '') as external_id,
        held_at as observed_at
    from {{ source('research', 'statements') }}
    where coalesce({{ email_address('email') }}, nullif(trim(external_reference), '')) is not null
)

{% for identity_type, column in [
    ('research_participant_id', 'participant_id'),
    ('email', 'email'),
    (external_id_type('research'), 'external_id'),
] %}
{%- if not loop.first %}

union all

{% endif -%}
select
    'research' as source_name,
    source_record_id,
    '{{ identity_type }}' as identity_type,
    {{ column }} as identity_value,
    observed_at
from records
where {{ column }} is not null
{%- endfor %}
