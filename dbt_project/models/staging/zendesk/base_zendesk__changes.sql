{{ config(enabled=is_source_enabled('zendesk')) }}

with

audit_entries as (
    select
        audit_id,
        ticket_id,
        created_at,
        author_id,
        {{ explode_items(json_items('events'), 'entry') }}
    from {{ source('zendesk', 'ticket_audits') }}
),

audited as (
    select
        ticket_id,
        created_at as changed_at,
        author_id as actor_id,
        {{ json_text('entry', '$.field_name') }} as field_name,
        {{ json_text('entry', '$.value') }} as new_value
    from audit_entries
    where {{ json_text('entry', '$.type') }} in ('Create', 'Change')
),

replicated as (
    select
        ticket_id,
        changed_at,
        actor_id,
        field_name,
        new_value
    from {{ source('zendesk', 'ticket_field_history') }}
),

together as (
    select * from audited
    union
    select * from replicated
)

select
    ticket_id,
    field_name,
    changed_at,
    actor_id,
    new_value,
    lag(new_value) over (
        partition by ticket_id, field_name
        order by changed_at, new_value
    ) as old_value
from together
where field_name in ('status', 'group_id', 'priority')
