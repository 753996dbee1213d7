{{ config(enabled=is_source_enabled('surveymonkey')) }}

with

questions as (
    select {{ explode_items(json_items('questions'), 'question') }}
    from {{ source('surveymonkey', 'survey_pages') }}
),

choices as (
    select
        {{ json_text('question', '$.id') }} as question_id,
        {{ json_text('question', '$.family') }} as question_family,
        {{ explode_items(json_items(json_part('question', '$.answers.choices')), 'choice') }}
    from questions
)

select
    question_id,
    question_family,
    {{ json_text('choice', '$.id') }} as choice_id,
    {{ json_text('choice', '$.text') }} as choice_text,
    {{ json_text('choice', '$.weight') }} as choice_weight
from choices
