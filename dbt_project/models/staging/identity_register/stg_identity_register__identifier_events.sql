{{ config(enabled=is_source_enabled('identity_register')) }}

select
    'identity_register' as source_name,
    entity,
    identifier,
    event,
    current_identifier,
    record_kind,
    record_source_name,
    record_id,
    effective_on,
    recorded_at,
    reason
from {{ source('identity_register', 'identifier_events') }}
