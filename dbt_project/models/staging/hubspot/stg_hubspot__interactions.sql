{{ config(enabled=is_source_enabled('hubspot')) }}

with activities as (
    select
        *,
        -- Only meetings begin at a time of their own.
        coalesce(
            upper(activity_type), case when started_at is not null then 'MEETING' end
        ) as kind
    from {{ source('hubspot', 'activities') }}
),

owners as (
    select * from {{ ref('base_hubspot__owners_of_records') }}
    where record_kind = 'activity'
),

email_events as (
    select * from {{ source('hubspot', 'email_events') }}
)

select
    'hubspot' as source_name,
    'activity:' || activities.activity_id as interaction_id,
    owners.customer_key_type,
    owners.customer_key,
    lower(coalesce(activities.kind, 'activity')) as event_name,
    case
        when activities.kind like '%CALL%' then 'phone'
        when activities.kind like '%EMAIL%' then 'email'
        when activities.kind like '%SMS%' then 'sms'
    end as channel_id,
    coalesce(activities.started_at, activities.happened_at) as occurred_at,
    activities.ended_at,
    cast(null as varchar) as related_type,
    cast(null as varchar) as related_id,
    activities.duration_ms / 1000.0e0 as duration_seconds,
    'sales' as team,
    activities.owner_id as agent_id,
    -- Tells no load: other files say whose an activity is.
    cast(null as varchar) as load_id
from activities
left join owners on activities.activity_id = owners.record_id
-- Notes and tasks stay within the company.
where activities.kind is null or activities.kind not in ('NOTE', 'TASK')
union all
select
    'hubspot' as source_name,
    'email:' || event_id as interaction_id,
    'email' as customer_key_type,
    {{ email_address('recipient') }} as customer_key,
    'email_' || lower(event_type) as event_name,
    'email' as channel_id,
    occurred_at,
    cast(null as timestamp) as ended_at,
    'campaign' as related_type,
    campaign_id as related_id,
    cast(null as double) as duration_seconds,
    'marketing' as team,
    cast(null as varchar) as agent_id,
    _load_id as load_id
from email_events
-- What the recipient did, not what became of the message; nor what a machine did for them.
where event_type in ('OPEN', 'CLICK', 'PRINT', 'FORWARD') and not coalesce(is_filtered, false)
