{{ config(enabled=is_source_enabled('salesforce')) }}

with changes as (
    select
        {{ salesforce_id('case_id') }} as case_id,
        {{ salesforce_id('change_id') }} as change_id,
        {{ salesforce_id('changed_by_id') }} as changed_by_id,
        changed_at,
        case
            when field_name = 'Owner' then 'transferred'
            when
                field_name = 'Status'
                and lower(old_value) in ('closed', 'solved', 'resolved')
                and lower(new_value) not in ('closed', 'solved', 'resolved')
                then 'reopened'
            else lower(field_name)
        end as event_type,
        case when field_name = 'Status' then lower(new_value) end as status,
        case when field_name = 'Priority' then lower(new_value) end as priority
    from {{ source('salesforce', 'case_history') }}
)

select
    min(change_id) as case_change_id,
    case_id,
    event_type,
    changed_at,
    min(changed_by_id) as changed_by_id,
    max(status) as status,
    max(priority) as priority
from changes
group by case_id, event_type, changed_at
