{{ config(schema='core', contract={'enforced': false}) }}

with

answers as (
    select * from {{ ref('int_scored_answers') }}
    where is_on_scale and survey_metric in ('CSAT', 'OSAT', 'CES')
)

-- Effort on other scales than the seven-point one, or running the other way, is not mixed in.
select
    answer_id,
    customer_id,
    touchpoint_id,
    survey_metric as metric,
    answered_at,
    segment,
    cast({{ dbt.date_trunc('month', 'answered_at') }} as date) as answer_month,
    case when survey_metric <> 'CES' then is_favourable end as is_satisfied,
    case when survey_metric = 'CES' and scale = '1–7' then is_favourable end as is_easy
from answers
