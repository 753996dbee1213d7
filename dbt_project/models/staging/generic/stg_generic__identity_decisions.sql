{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    decision_id,
    decided_at,
    action,
    left_key_type,
    case when left_key_type = 'email' then lower(trim(left_key)) else left_key end
        as left_key,
    right_key_type,
    case when right_key_type = 'email' then lower(trim(right_key)) else right_key end
        as right_key,
    decided_by,
    reason
from {{ source('generic', 'identity_decisions') }}
