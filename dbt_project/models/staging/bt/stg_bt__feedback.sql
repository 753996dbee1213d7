{{ config(enabled=is_source_enabled('bt')) }}

with verbatims as (

    select * from {{ ref('base_bt__verbatims') }}

)

select
    'bt' as source_name,
    response_id as feedback_id,
    response_id,
    'direct' as feedback_kind,
    true as is_solicited,
    'sms' as channel_id,
    touchpoint_id,
    'broadband_nps' as survey_id,
    comment_text,
    nps_score as rating,
    responded_at as occurred_at
from verbatims
where comment_text is not null
