{{ config(enabled=is_source_enabled('delighted')) }}

with

responses as (
    select * from {{ ref('base_delighted__responses') }}
),

comments as (
    select
        response_id || ':comment' as feedback_id,
        response_id,
        comment_text
    from responses
    where comment_text is not null
    union all
    select
        answer_id as feedback_id,
        response_id,
        answer_value as comment_text
    from {{ ref('base_delighted__answers') }}
    where is_comment
)

select
    'delighted' as source_name,
    comments.feedback_id,
    responses.customer_key_type,
    responses.customer_key,
    comments.response_id,
    'direct' as feedback_kind,
    true as is_solicited,
    responses.channel_id,
    responses.survey_id,
    comments.comment_text,
    cast(responses.score as double) as rating,
    responses.answered_at as occurred_at
from comments
inner join responses on comments.response_id = responses.response_id
