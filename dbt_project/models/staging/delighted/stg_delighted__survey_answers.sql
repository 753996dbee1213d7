{{ config(enabled=is_source_enabled('delighted')) }}

with

answers as (
    select * from {{ ref('base_delighted__answers') }}
),

responses as (
    select * from {{ ref('base_delighted__responses') }}
)

select
    'delighted' as source_name,
    answers.answer_id,
    answers.response_id,
    answers.survey_id,
    answers.question_id,
    responses.customer_key_type,
    responses.customer_key,
    responses.answered_at,
    answers.score,
    answers.answer_value as answer_text,
    responses.channel_id
from answers
inner join responses on answers.response_id = responses.response_id
