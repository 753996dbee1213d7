{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_survey_answers_unioned'}}}) }}

-- Answers to a question with a scale that came as words and that nothing turned into a number: they
-- count for no metric. Export numeric values, or add the words to the seed answer_choices.

with

answers as (
    select * from {{ ref('int_survey_answers_unioned') }}
),

questions as (
    select * from {{ ref('survey_questions') }}
)

select
    answers.source_name,
    answers.survey_id,
    answers.question_id,
    count(*) as answer_count
from answers
inner join questions
    on
        answers.survey_id = questions.survey_id
        and answers.question_id = questions.question_id
where
    questions.scale_maximum is not null
    and answers.score is null
    and trim(answers.answer_text) <> ''
group by answers.source_name, answers.survey_id, answers.question_id
