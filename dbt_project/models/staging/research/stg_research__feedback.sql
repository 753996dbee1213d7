{{ config(enabled=is_source_enabled('research')) }}

with

statements as (
    select * from {{ source('research', 'statements') }}
),

touchpoints as (
    select * from {{ ref('touchpoints') }}
)

select
    'research' as source_name,
    statements.statement_id as feedback_id,
    'research_participant_id' as customer_key_type,
    -- Numbers of participants begin anew in every study.
    statements.session_id || ':' || coalesce(statements.participant_id, statements.statement_id)
        as customer_key,
    'direct' as feedback_kind,
    true as is_solicited,
    case
        when lower(statements.place) in ('phone', 'store', 'chat', 'web')
            then lower(statements.place)
    end as channel_id,
    touchpoints.touchpoint_id,
    'research_' || statements.method as survey_id,
    statements.statement as comment_text,
    cast(statements.rating as double) as rating,
    statements.held_at as occurred_at
from statements
left join touchpoints on statements.touchpoint_id = touchpoints.touchpoint_id
