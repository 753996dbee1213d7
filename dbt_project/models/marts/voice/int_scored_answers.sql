{{ config(schema='core', materialized='view', contract={'enforced': false}) }}

with

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where score is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- One metric never mixes scales or directions: each scale is a metric of its own, and a question
-- where less is better is turned round and stands apart.
questions as (
    select
        survey_id,
        question_id,
        metric,
        scale_minimum,
        scale_maximum,
        direction = 'lower_is_better' as is_reversed,
        {{ survey_scale() }} as scale,
        case
            when metric = 'NPS' then 9
            when metric = 'CES' and scale_minimum = 1 and scale_maximum = 7 then 5
            when scale_maximum - scale_minimum = 1 then scale_maximum
            else scale_maximum - 1
        end as favourable_from
    from {{ ref('survey_questions') }}
    where {{ is_survey_metric() }}
),

turned as (
    select
        answers.*,
        questions.metric as survey_metric,
        questions.scale,
        questions.favourable_from,
        coalesce(customers.segment, 'unknown') as segment,
        case
            when questions.is_reversed
                then questions.scale_minimum + questions.scale_maximum - answers.score
            else answers.score
        end as turned_score
    from answers
    inner join questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    left join customers
        on answers.customer_id = customers.customer_id
    where not coalesce(customers.is_test, false)
)

select
    answer_id,
    customer_id,
    survey_metric,
    scale,
    touchpoint_id,
    segment,
    coalesce(channel_id, 'unknown') as channel_id,
    answered_at,
    is_on_scale,
    case when is_on_scale then turned_score end as score,
    case when is_on_scale then turned_score >= favourable_from end as is_favourable,
    case when is_on_scale and survey_metric = 'NPS' then turned_score <= 6 end as is_detractor
from turned
