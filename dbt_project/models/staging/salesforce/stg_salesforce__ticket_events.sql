{{ config(enabled=is_source_enabled('salesforce')) }}

select
    'salesforce' as source_name,
    case_change_id as ticket_event_id,
    case_id as ticket_id,
    changed_at as occurred_at,
    event_type,
    changed_by_id as agent_id,
    status,
    priority
from {{ ref('base_salesforce__case_changes') }}
