{{ config(enabled=is_source_enabled('demo_crm')) }}

select
    'demo_crm' as source_name,
    activity_id as interaction_id,
    'crm_account_id' as customer_key_type,
    account_id as customer_key,
    activity_type as event_name,
    'phone' as channel_id,
    held_at as occurred_at,
    {{ dbt.dateadd('second', 'duration_seconds', 'held_at') }} as ended_at,
    duration_seconds,
    'sales' as team,
    owner_id as agent_id,
    _load_id as load_id
from {{ source('demo_crm', 'activities') }}
