{{ config(enabled=is_source_enabled('qualtrics')) }}

with

exported as (
    select
        response_id,
        survey_id,
        status,
        is_finished,
        started_at,
        recorded_at,
        distribution_channel,
        recipient_email,
        external_reference,
        'export' as shape
    from {{ ref('base_qualtrics__exports') }}
),

replicated as (
    select
        response_id,
        survey_id,
        status,
        is_finished,
        started_at,
        recorded_at,
        distribution_channel,
        recipient_email,
        cast(null as varchar) as external_reference,
        'replica' as shape
    from {{ source('qualtrics', 'survey_response') }}
    -- The same response may come both ways; the export also names the person.
    where response_id not in (select exported.response_id from exported)
),

together as (
    select * from exported
    union all
    select * from replicated
),

-- The status is a sum of marks (1 preview, 2 test, 4 imported, 8 spam, 16 offline) or, with the
-- text of choices exported, words.
marked as (
    select
        *,
        {{ plain_number('status') }} as status_code,
        lower(status) as status_words,
        lower(distribution_channel) as channel_words
    from together
)

select
    response_id,
    survey_id,
    case
        when
            mod(cast(floor(status_code / 8) as bigint), 2) = 1
            or status_words like '%spam%'
            then 'spam'
        when
            mod(cast(status_code as bigint), 2) = 1
            or status_words like '%preview%'
            or channel_words = 'preview'
            then 'preview'
        when
            mod(cast(floor(status_code / 2) as bigint), 2) = 1
            or status_words like '%test%'
            or channel_words = 'test'
            then 'test'
        else 'customer'
    end as respondent_kind,
    is_finished,
    started_at,
    recorded_at,
    case
        when channel_words in ('anonymous', 'gl', 'personal link', 'siteintercept', 'web')
            then 'web'
        when channel_words in ('qr', 'qr-code', 'qr code') then 'qr'
        when channel_words in ('mobile', 'mobileapp', 'mobile app', 'in-app') then 'in_app'
        when channel_words in ('offline', 'kiosk') then 'store'
        when channel_words in ('preview', 'test') then null
        else channel_words
    end as channel_id,
    {{ email_address('recipient_email') }} as email,
    nullif(trim(external_reference), '') as external_id,
    shape
from marked
