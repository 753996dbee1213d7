{#- Answers as a survey tool gave them, with what the question register makes of them. `answers`
    names a CTE of (answer_id, response_id, survey_id, question_id, answer_value, is_open), one row
    per answer; answer_value is text, is_open says that the tool itself calls the field free text.

    A number that stands alone is the score. Words are looked up in the seed answer_choices: a row
    for the question first, then one for every question with the same scale. What neither knows has
    no score, so it counts for no metric and assert_every_scored_question_has_a_score reports it.
    Free text never has a score: somebody may answer "10" to an open question. -#}
{% macro scored_answers(answers) %}
select
    answers.answer_id,
    answers.response_id,
    answers.survey_id,
    answers.question_id,
    answers.answer_value,
    case
        when answers.is_open or questions.metric = 'comment' then null
        else coalesce(
            {{ plain_number('answers.answer_value') }}, own_choices.score, scale_choices.score
        )
    end as score,
    coalesce(
        (answers.is_open and questions.metric is null) or questions.metric = 'comment', false
    ) as is_comment
from {{ answers }} as answers
left join {{ ref('survey_questions') }} as questions
    on
        answers.survey_id = questions.survey_id
        and answers.question_id = questions.question_id
left join {{ ref('answer_choices') }} as own_choices
    on
        answers.survey_id = own_choices.survey_id
        and answers.question_id = own_choices.question_id
        and lower(trim(answers.answer_value)) = own_choices.choice_text
left join {{ ref('answer_choices') }} as scale_choices
    on
        scale_choices.survey_id = '*'
        and questions.scale_minimum = scale_choices.scale_minimum
        and questions.scale_maximum = scale_choices.scale_maximum
        and lower(trim(answers.answer_value)) = scale_choices.choice_text
left join {{ ref('embedded_fields') }} as embedded_fields
    on
        embedded_fields.survey_id in ('*', answers.survey_id)
        and answers.question_id = embedded_fields.field_name
where embedded_fields.field_name is null
{% endmacro %}
