{{ config(enabled=is_source_enabled('surveymonkey')) }}

with

numbered as (
    select
        response_id,
        {{ survey_of_file('_source_file') }} as survey_id,
        collector_id,
        started_at,
        ended_at,
        email_address,
        external_reference,
        _extra as answers,
        row_number() over (
            partition by response_id
            order by ended_at desc, _source_file desc, _source_line desc
        ) as version_number
    from {{ source('surveymonkey', 'responses') }}
)

select
    response_id,
    survey_id,
    collector_id,
    started_at,
    ended_at,
    email_address,
    external_reference,
    answers
from numbered
where version_number = 1
