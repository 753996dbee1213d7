{{ config(enabled=is_source_enabled('research')) }}

with

-- Numbers of participants begin anew in every study, so they name nobody.
records as (
    select
        'statement:' || statement_id as source_record_id,
        email,
        external_id,
        held_at as observed_at
    from {{ ref('base_research__statements') }}
)

{% for identity_type, column in [
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
