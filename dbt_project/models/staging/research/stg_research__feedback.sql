{{ config(enabled=is_source_enabled('research')) }}

with

statements as (
    select * from {{ ref('base_research__statements') }}
),

touchpoints as (
    select * from {{ ref('touchpoints') }}
)

select
    'research' as source_name,
    statements.statement_id as feedback_id,
    statements.customer_key_type,
    statements.customer_key,
    'direct' as feedback_kind,
    true as is_solicited,
    statements.channel_id,
    touchpoints.touchpoint_id,
    'research_' || statements.method as survey_id,
    statements.statement as comment_text,
    cast(statements.rating as double) as rating,
    statements.held_at as occurred_at
from statements
left join touchpoints on statements.touchpoint_id = touchpoints.touchpoint_id
