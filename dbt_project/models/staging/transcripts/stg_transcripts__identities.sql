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

{{ identities_of('transcripts', [
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('transcripts'), 'external_id'),
]) }}
