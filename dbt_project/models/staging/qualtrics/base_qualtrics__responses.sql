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

-- Who answered a personal link is known though the response names nobody.
invited as (
    select
        response_id,
        min(contact_id) as contact_id
    from {{ source('qualtrics', 'distribution_contact') }}
    where response_id is not null
    group by response_id
),

-- The status is a sum of marks (1 preview, 2 test, 4 imported, 8 spam, 16 offline) or, with the
-- text of choices exported, words.
marked as (
    select
        together.*,
        {{ plain_number('together.status') }} as status_code,
        lower(together.status) as status_words,
        lower(together.distribution_channel) as channel_words,
        {{ email_address('together.recipient_email') }} as email,
        nullif(trim(together.external_reference), '') as external_id,
        invited.contact_id
    from together
    left join invited on together.response_id = invited.response_id
)

{% set keys = [
    ('email', 'email'),
    (external_id_type('qualtrics'), 'external_id'),
    ('qualtrics_contact_id', 'contact_id'),
] -%}

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
    email,
    external_id,
    contact_id,
    {{ first_key_type(keys) }} as customer_key_type,
    {{ first_key(keys) }} as customer_key,
    shape
from marked
