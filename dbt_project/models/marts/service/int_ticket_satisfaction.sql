{{ config(schema='core', contract={'enforced': false}) }}

with

tickets as (
    select * from {{ ref('int_service_tickets') }}
    where customer_id is not null and solved_at is not null
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
    where owner_team = 'support'
),

questions as (
    select
        *,
        case when scale_maximum - scale_minimum > 1 then 1 else 0 end as best_steps
    from {{ ref('survey_questions') }}
    where metric = 'CSAT'
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where is_on_scale and customer_id is not null
),

verdicts as (
    select
        answers.answer_id,
        answers.response_id,
        answers.customer_id,
        answers.answered_at,
        case
            when questions.direction = 'lower_is_better'
                then answers.score <= questions.scale_minimum + questions.best_steps
            else answers.score >= questions.scale_maximum - questions.best_steps
        end as is_satisfied
    from answers
    inner join questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    inner join touchpoints on answers.touchpoint_id = touchpoints.touchpoint_id
),

-- Surveys do not name the ticket they are about: it is the one solved last before the answer.
candidates as (
    select
        verdicts.answer_id,
        verdicts.response_id,
        verdicts.answered_at,
        verdicts.is_satisfied,
        tickets.ticket_id,
        row_number() over (
            partition by verdicts.answer_id order by tickets.solved_at desc, tickets.ticket_id asc
        ) as candidate
    from verdicts
    inner join tickets
        on
            verdicts.customer_id = tickets.customer_id
            and verdicts.answered_at >= tickets.solved_at
            and verdicts.answered_at
            < {{ add_days('tickets.solved_at', var('ticket_survey_days')) }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by ticket_id order by answered_at desc, answer_id asc
        ) as answer_rank
    from candidates
    where candidate = 1
)

select
    ticket_id,
    answer_id,
    response_id,
    answered_at,
    is_satisfied
from ranked
where answer_rank = 1
