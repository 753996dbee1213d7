{{ config(enabled=is_source_enabled('delighted')) }}

with

responses as (
    select * from {{ ref('base_delighted__responses') }}
),

additions as (
    select
        response_id,
        survey_id,
        {{ explode_items(json_items('additional_answers'), 'addition') }}
    from responses
),

answers as (
    select
        response_id || ':score' as answer_id,
        response_id,
        survey_id,
        'score' as question_id,
        cast(score as varchar) as answer_value,
        false as is_open
    from responses
    where score is not null
    union all
    select
        response_id || ':' || {{ json_text('addition', '$.question.id') }} as answer_id,
        response_id,
        survey_id,
        {{ json_text('addition', '$.question.id') }} as question_id,
        coalesce(
            {{ json_text('addition', '$.value.scale') }},
            {{ json_text('addition', '$.value.free_response') }},
            {{ json_text('addition', '$.value.select_one.text') }},
            {{ json_text('addition', '$.value.select_many') }}
        ) as answer_value,
        {{ json_text('addition', '$.question.type') }} = 'free_response' as is_open
    from additions
),

scored as (
    {{ scored_answers('answers') }}
)

select
    answer_id,
    response_id,
    survey_id,
    question_id,
    answer_value,
    score,
    is_comment
from scored
where answer_value is not null
