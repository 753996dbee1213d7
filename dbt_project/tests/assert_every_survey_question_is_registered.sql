{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_survey_answers'}}}) }}

-- Questions that were answered and that the seed survey_questions does not know: their scores count
-- for no metric.

select
    source_name,
    survey_id,
    question_id,
    count(*) as answer_count
from {{ ref('fct_survey_answers') }}
where metric is null
group by source_name, survey_id, question_id
