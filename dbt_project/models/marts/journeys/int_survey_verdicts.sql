{{ config(schema='core', contract={'enforced': false}) }}

with

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where is_on_scale and metric in ('CSAT', 'OSAT', 'CES')
),

questions as (
    select
        *,
        case when scale_maximum - scale_minimum > 1 then 1 else 0 end as best_steps
    from {{ ref('survey_questions') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
)

-- Satisfied: one of the two best answers of a scale, the better one of two. Easy: five to seven of
-- the seven-point scale. Effort on other scales, or running the other way, is not mixed in.
select
    answers.answer_id,
    answers.customer_id,
    answers.touchpoint_id,
    answers.metric,
    answers.answered_at,
    coalesce(customers.segment, 'unknown') as segment,
    cast({{ dbt.date_trunc('month', 'answers.answered_at') }} as date) as answer_month,
    case
        when answers.metric = 'CES' then null
        when questions.direction = 'lower_is_better'
            then answers.score <= questions.scale_minimum + questions.best_steps
        else answers.score >= questions.scale_maximum - questions.best_steps
    end as is_satisfied,
    case
        when
            answers.metric = 'CES'
            and questions.scale_minimum = 1
            and questions.scale_maximum = 7
            and questions.direction = 'higher_is_better'
            then answers.score >= 5
    end as is_easy
from answers
inner join questions
    on
        answers.survey_id = questions.survey_id
        and answers.question_id = questions.question_id
left join customers on answers.customer_id = customers.customer_id
where not coalesce(customers.is_test, false)
