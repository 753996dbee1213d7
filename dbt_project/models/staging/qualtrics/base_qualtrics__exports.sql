{{ config(enabled=is_source_enabled('qualtrics')) }}

with

numbered as (
    select
        response_id,
        {{ survey_of_file('_source_file') }} as survey_id,
        status,
        is_finished,
        started_at,
        recorded_at,
        distribution_channel,
        recipient_email,
        external_reference,
        _extra as answers,
        row_number() over (
            partition by response_id
            order by recorded_at desc, _source_file desc, _source_line desc
        ) as version_number
    from {{ source('qualtrics', 'responses') }}
)

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
    answers
from numbered
where version_number = 1
