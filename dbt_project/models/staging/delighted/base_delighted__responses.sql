{{ config(enabled=is_source_enabled('delighted')) }}

with

responses as (
    select
        *,
        lower(trim(coalesce(delivered_by, ''))) as delivery,
        lower(trim(survey_type)) as survey_words,
        {{ email_address('person_email') }} as email,
        nullif(trim(person_phone), '') as phone,
        nullif(trim(external_reference), '') as external_id
    from {{ source('delighted', 'responses') }}
)

{% set keys = [
    ('delighted_person_id', 'person_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('delighted'), 'external_id'),
] -%}

select
    response_id,
    'delighted_' || case
        when survey_words in ('5-star', 'five stars', 'stars') then 'stars_five'
        when survey_words in ('smiley', 'smileys') then 'smileys'
        when survey_words in ('thumbs', 'thumbs up/down') then 'thumbs'
        else {{ replace_pattern('survey_words', '[^a-z0-9]+', '_') }}
    end as survey_id,
    score,
    nullif(trim(comment), '') as comment_text,
    additional_answers,
    person_id,
    email,
    phone,
    external_id,
    {{ first_key_type(keys) }} as customer_key_type,
    {{ first_key(keys) }} as customer_key,
    case
        when delivery like '%sms%' then 'sms'
        when delivery like '%email%' then 'email'
        when delivery like '%kiosk%' then 'store'
        when delivery like '%qr%' then 'qr'
        when delivery like '%sdk%' or delivery like '%ios%' or delivery like '%android%'
            then 'in_app'
        when delivery like '%web%' or delivery like '%link%' then 'web'
        else nullif(delivery, '')
    end as channel_id,
    created_at as answered_at
from responses
