{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    case_update_id,
    case_id,
    updated_at,
    status,
    owner_id,
    note
from {{ source('generic', 'case_updates') }}
