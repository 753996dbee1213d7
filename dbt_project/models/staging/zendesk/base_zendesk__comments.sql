{{ config(enabled=is_source_enabled('zendesk')) }}

with

audit_entries as (
    select
        ticket_id,
        created_at,
        author_id,
        {{ explode_items(json_items('events'), 'entry') }}
    from {{ source('zendesk', 'ticket_audits') }}
),

audited as (
    select
        {{ json_text('entry', '$.id') }} as comment_id,
        ticket_id,
        coalesce({{ json_text('entry', '$.author_id') }}, author_id) as author_id,
        coalesce({{ json_text('entry', '$.plain_body') }}, {{ json_text('entry', '$.body') }})
            as body,
        {{ json_text('entry', '$.public') }} = 'true' as is_public,
        created_at
    from audit_entries
    where {{ json_text('entry', '$.type') }} = 'Comment'
),

replicated as (
    select
        comment_id,
        ticket_id,
        author_id,
        body,
        is_public,
        created_at
    from {{ source('zendesk', 'ticket_comments') }}
    where comment_id not in (select audited.comment_id from audited)
),

together as (
    select * from audited
    union all
    select * from replicated
)

select
    together.comment_id,
    together.ticket_id,
    together.author_id,
    nullif(trim(together.body), '') as body,
    together.is_public,
    together.created_at,
    -- The requester is a customer even where the export of users is missing.
    coalesce(authors.is_customer, together.author_id = tickets.requester_id, false)
        as is_by_customer
from together
left join {{ ref('base_zendesk__users') }} as authors on together.author_id = authors.user_id
left join {{ source('zendesk', 'tickets') }} as tickets on together.ticket_id = tickets.ticket_id
