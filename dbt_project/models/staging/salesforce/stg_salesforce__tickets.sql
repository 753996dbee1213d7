{{ config(enabled=is_source_enabled('salesforce')) }}

with cases as (
    select * from {{ ref('base_salesforce__cases') }}
),

changes as (
    select
        case_id,
        count(case when event_type = 'reopened' then 1 end) as reopen_count,
        count(case when event_type = 'transferred' then 1 end) as transfer_count
    from {{ ref('base_salesforce__case_changes') }}
    group by case_id
),

users as (
    select
        {{ salesforce_id('user_id') }} as user_id,
        min(department) as department
    from {{ source('salesforce', 'users') }}
    group by {{ salesforce_id('user_id') }}
)

select
    'salesforce' as source_name,
    cases.case_id as ticket_id,
    cases.customer_key_type,
    cases.customer_key,
    cases.created_at as opened_at,
    cases.closed_at as solved_at,
    cases.channel_id,
    cases.reason,
    lower(cases.priority) as priority,
    lower(cases.status) as status,
    users.department as team,
    cases.owner_id as agent_id,
    -- Without the history nobody knows, which is not the same as never.
    changes.reopen_count,
    changes.transfer_count
from cases
left join changes on cases.case_id = changes.case_id
left join users on cases.owner_id = users.user_id
