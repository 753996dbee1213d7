{{ config(enabled=is_source_enabled('bt')) }}

with verbatims as (

    select * from {{ ref('base_bt__verbatims') }}

)

select
    'bt' as source_name,
    response_id as answer_id,
    response_id,
    'broadband_nps' as survey_id,
    'nps' as question_id,
    responded_at as answered_at,
    nps_score as score,
    -- Opt-outs by "STOP" and messages cut in two say that the question went out by text message.
    'sms' as channel_id
from verbatims
where nps_score is not null
