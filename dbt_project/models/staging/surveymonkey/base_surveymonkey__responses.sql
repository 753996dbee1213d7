{{ config(enabled=is_source_enabled('surveymonkey')) }}

with

collectors as (
    select * from {{ source('surveymonkey', 'collectors') }}
),

exported as (
    select
        response_id,
        survey_id,
        collector_id,
        'completed' as response_status,
        'default' as collection_mode,
        started_at,
        ended_at as answered_at,
        email_address,
        external_reference,
        'export' as shape
    from {{ ref('base_surveymonkey__exports') }}
),

fetched as (
    select
        response_id,
        survey_id,
        collector_id,
        response_status,
        collection_mode,
        started_at,
        modified_at as answered_at,
        email_address,
        external_reference,
        'api' as shape
    from {{ source('surveymonkey', 'responses_bulk') }}
),

-- The same response may come both ways; the API also says how far it got.
together as (
    select * from fetched
    union all
    select * from exported
    where response_id not in (select fetched.response_id from fetched)
),

known as (
    select
        *,
        {{ email_address('email_address') }} as email,
        nullif(trim(external_reference), '') as external_id
    from together
)

{% set keys = [
    ('email', 'known.email'),
    (external_id_type('surveymonkey'), 'known.external_id'),
] -%}

select
    known.response_id,
    known.survey_id,
    case
        when lower(known.collection_mode) like '%preview%' then 'preview'
        when lower(known.response_status) in ('disqualified', 'overquota') then 'turned_away'
        else 'customer'
    end as respondent_kind,
    known.started_at,
    known.answered_at,
    case
        when collectors.collector_type = 'email' then 'email'
        when collectors.collector_type = 'sms' then 'sms'
        when collectors.collector_type in ('facebook', 'facebook_messenger') then 'social'
        when collectors.collector_type in ('kiosk', 'offline') then 'store'
        when collectors.collector_type = 'mobile_sdk' then 'in_app'
        when
            collectors.collector_type in (
                'weblink', 'embedded_survey', 'popup_invitation', 'popup_survey', 'website'
            )
            then 'web'
        else collectors.collector_type
    end as channel_id,
    known.email,
    known.external_id,
    {{ first_key_type(keys) }} as customer_key_type,
    {{ first_key(keys) }} as customer_key,
    known.shape
from known
left join collectors on known.collector_id = collectors.collector_id
