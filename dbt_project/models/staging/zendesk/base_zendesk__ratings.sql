{{ config(enabled=is_source_enabled('zendesk')) }}

with

tickets as (
    select * from {{ source('zendesk', 'tickets') }}
),

good_or_bad as (
    select
        'rating:' || rating_id as response_id,
        'zendesk_csat' as survey_id,
        ticket_id,
        requester_id,
        created_at as offered_at,
        case when score like 'good%' or score like 'bad%' then updated_at end as answered_at,
        'rating' as question_id,
        case when score like 'good%' then 1 when score like 'bad%' then 0 end as score,
        cast(null as varchar) as answer_text,
        nullif(trim(comment), '') as comment_text
    from {{ source('zendesk', 'satisfaction_ratings') }}
    where score <> 'unoffered'
),

survey_entries as (
    select
        survey_response_id,
        coalesce(
            ticket_id,
            {{ replace_pattern('ticket_reference', '^.*:', '') }}
        ) as ticket_id,
        responder_id,
        {{ explode_list(json_items('answers'), 'entry', 'entry_number') }}
    from {{ source('zendesk', 'csat_survey_responses') }}
),

one_to_five as (
    select
        'survey:' || survey_response_id as response_id,
        'zendesk_csat_5' as survey_id,
        ticket_id,
        responder_id as requester_id,
        cast(null as timestamp) as offered_at,
        -- Always UTC, written as 2026-05-14T09:12:33Z.
        {{ dbt.safe_cast(
            "left(coalesce("
            ~ json_text('entry', '$.updated_at') ~ ", " ~ json_text('entry', '$.created_at')
            ~ "), 19)",
            'timestamp'
        ) }} as answered_at,
        case {{ json_text('entry', '$.type') }}
            when 'rating_scale' then 'rating'
            when 'closed_ended' then 'reason'
            when 'open_ended' then 'comment'
            else {{ json_text('entry', '$.type') }}
        end as question_id,
        {{ plain_number(json_text('entry', '$.rating')) }} as score,
        coalesce(
            {{ json_text('entry', '$.selections[0].label') }},
            {{ json_text('entry', '$.selections[0].id') }}
        ) as answer_text,
        nullif(trim({{ json_text('entry', '$.value') }}), '') as comment_text
    from survey_entries
    where {{ json_text('entry', '$.type') }} <> 'skipped'
),

together as (
    select * from good_or_bad
    union all
    select * from one_to_five
)

select
    together.response_id || ':' || together.question_id as answer_id,
    together.response_id,
    together.survey_id,
    together.question_id,
    coalesce(together.requester_id, tickets.requester_id) as requester_id,
    together.offered_at,
    together.answered_at,
    together.score,
    together.answer_text,
    together.comment_text,
    {{ zendesk_channel('tickets.channel') }} as channel_id
from together
left join tickets on together.ticket_id = tickets.ticket_id
