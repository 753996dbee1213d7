{{ config(enabled=is_source_enabled('transcripts')) }}

with

conversations as (
    select * from {{ source('transcripts', 'conversations') }}
),

people as (
    select
        conversation_id,
        {{ explode_items(json_items('participants'), 'person') }}
    from conversations
),

roles as (
    select
        conversation_id,
        {{ json_text('person', '$.id') }} as participant_id,
        min(lower({{ json_text('person', '$.role') }})) as speaker_role
    from people
    group by conversation_id, {{ json_text('person', '$.id') }}
),

turns as (
    select
        conversation_id,
        {{ explode_list(json_items('turns'), 'turn', 'turn_number') }}
    from conversations
),

spoken as (
    select
        conversation_id,
        turn_number,
        {{ json_text('turn', '$.speaker') }} as speaker,
        nullif(trim({{ json_text('turn', '$.text') }}), '') as turn_text
    from turns
)

select
    spoken.conversation_id,
    spoken.turn_number,
    spoken.speaker,
    -- A speaker is a participant's id, or the role itself.
    coalesce(roles.speaker_role, lower(spoken.speaker)) in ('customer', 'caller', 'visitor', 'user')
        as is_by_customer,
    spoken.turn_text
from spoken
left join roles
    on
        spoken.conversation_id = roles.conversation_id
        and spoken.speaker = roles.participant_id
