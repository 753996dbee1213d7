select
    source_name || ':' || case_update_id as case_update_id,
    case_id,
    updated_at,
    status,
    owner_id,
    note,
    source_name
from {{ ref('int_case_updates_unioned') }}
