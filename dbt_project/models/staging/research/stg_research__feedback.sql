{{ config(enabled=is_source_enabled('research')) }}

with

statements as (
    select
        *,
        {{ email_address('email') }} as email_address,
        nullif(trim(external_reference), '') as external_id
    from {{ source('research', 'statements') }}
),

touchpoints as (
    select * from {{ ref('touchpoints') }}
)

{% set keys = [
    ('email', 'statements.email_address'),
    (external_id_type('research'), 'statements.external_id'),
] -%}
select
    'research' as source_name,
    statements.statement_id as feedback_id,
    {{ first_key_type(keys) }} as customer_key_type,
    {{ first_key(keys) }} as customer_key,
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
