{{ config(enabled=is_source_enabled('intercom')) }}

with

listed as (
    select
        conversation_id,
        {{ explode_items(json_items('parts'), 'part') }}
    from {{ source('intercom', 'conversations') }}
    where coalesce(is_active, true)
),

nested as (
    select
        {{ json_text('part', '$.id') }} as part_id,
        conversation_id,
        {{ json_text('part', '$.part_type') }} as part_type,
        {{ json_text('part', '$.body') }} as body,
        {{ json_text('part', '$.author.type') }} as author_type,
        {{ json_text('part', '$.author.id') }} as author_id,
        {{ json_text('part', '$.assigned_to.type') }} as assigned_to_type,
        {{ json_text('part', '$.assigned_to.id') }} as assigned_to_id,
        {{ seconds_later(
            "timestamp '1970-01-01 00:00:00'",
            dbt.safe_cast(json_text('part', '$.created_at'), 'bigint')
        ) }} as created_at
    from listed
),

replicated as (
    select
        part_id,
        conversation_id,
        part_type,
        body,
        author_type,
        author_id,
        assigned_to_type,
        assigned_to_id,
        created_at
    from {{ source('intercom', 'conversation_parts') }}
    where
        coalesce(is_active, true)
        and part_id not in (select nested.part_id from nested)
),

together as (
    select * from nested
    union all
    select * from replicated
)

select
    part_id,
    conversation_id,
    part_type,
    {{ text_of_html('body') }} as body,
    author_type in ('user', 'lead', 'contact') as is_by_customer,
    author_id,
    assigned_to_type,
    assigned_to_id,
    created_at
from together
