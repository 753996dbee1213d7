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

{{ identities_of('research', [
    ('email', 'email'),
    (external_id_type('research'), 'external_id'),
]) }}
