{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    source_record_id,
    identity_type,
    case when identity_type = 'email' then lower(trim(identity_value)) else identity_value end
        as identity_value,
    observed_at
from {{ source('generic', 'identities') }}
