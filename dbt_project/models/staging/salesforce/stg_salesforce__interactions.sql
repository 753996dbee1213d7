{{ config(enabled=is_source_enabled('salesforce')) }}

with tasks as (
    select
        task_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ salesforce_id('who_id') }} as who_id,
        {{ salesforce_id('owner_id') }} as owner_id,
        lower(coalesce(nullif(task_subtype, 'Task'), task_type, 'task')) as kind,
        coalesce(completed_at, activity_date, created_at) as occurred_at,
        call_duration_seconds as duration_seconds,
        _load_id as load_id
    from {{ source('salesforce', 'tasks') }}
    -- What is still to be done has not reached the customer.
    where coalesce(is_closed, lower(status) = 'completed')
),

meetings as (
    select
        event_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ salesforce_id('who_id') }} as who_id,
        {{ salesforce_id('owner_id') }} as owner_id,
        lower(coalesce(event_type, 'meeting')) as kind,
        starts_at,
        coalesce(ends_at, {{ dbt.dateadd('minute', 'duration_minutes', 'starts_at') }}) as ends_at,
        _load_id as load_id
    from {{ source('salesforce', 'events') }}
    -- Each further guest of a meeting has a copy of it.
    where not coalesce(is_child, false)
),

contacts_made as (
    select
        {{ salesforce_id('task_id') }} as interaction_id,
        account_id,
        who_id,
        owner_id,
        'task_' || replace(kind, ' ', '_') as event_name,
        case
            when kind like '%call%' then 'phone'
            when kind like '%mail%' then 'email'
        end as channel_id,
        occurred_at,
        cast(null as timestamp) as ended_at,
        cast(duration_seconds as double) as duration_seconds,
        load_id
    from tasks
    union all
    select
        {{ salesforce_id('event_id') }} as interaction_id,
        account_id,
        who_id,
        owner_id,
        'event_' || replace(kind, ' ', '_') as event_name,
        case when kind like '%call%' then 'phone' end as channel_id,
        starts_at as occurred_at,
        ends_at as ended_at,
        cast(null as double) as duration_seconds,
        load_id
    from meetings
)

select
    'salesforce' as source_name,
    interaction_id,
    -- A lead, whose id begins otherwise, is no customer yet.
    case
        when account_id is not null then 'crm_account_id'
        when who_id like '003%' then 'crm_contact_id'
    end as customer_key_type,
    case
        when account_id is not null then account_id
        when who_id like '003%' then who_id
    end as customer_key,
    event_name,
    channel_id,
    occurred_at,
    ended_at,
    duration_seconds,
    'sales' as team,
    owner_id as agent_id,
    load_id
from contacts_made
