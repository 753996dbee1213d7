with

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

snapshot_days as (
    select * from {{ ref('int_feature_snapshot_days') }}
),

survey_questions as (
    select * from {{ ref('survey_questions') }}
),

survey_answers as (
    select * from {{ ref('fct_survey_answers') }}
    where customer_id is not null and is_on_scale
),

-- Every scale as a rate: 0 the worst answer, 1 the best.
rated as (
    select
        survey_answers.answer_id,
        survey_answers.customer_id,
        survey_answers.answered_at,
        cast(survey_answers.answered_at as date) as answered_date,
        survey_answers.score,
        case
            when survey_answers.metric in ('CSAT', 'PSAT', 'OSAT') then 'satisfaction'
            when survey_answers.metric = 'CES' then 'ease'
            when survey_answers.metric = 'NPS' then 'recommendation'
        end as kind,
        case
            when survey_questions.direction = 'lower_is_better'
                then survey_questions.scale_maximum - survey_answers.score
            else survey_answers.score - survey_questions.scale_minimum
        end
        / nullif(
            cast(survey_questions.scale_maximum - survey_questions.scale_minimum as double), 0
        ) as rate
    from survey_answers
    inner join survey_questions
        on
            survey_answers.survey_id = survey_questions.survey_id
            and survey_answers.question_id = survey_questions.question_id
),

-- An answer stands until the next one of its kind.
standing as (
    select
        customer_id,
        kind,
        score,
        rate,
        answered_date,
        lead(answered_date) over (
            partition by customer_id, kind
            order by answered_at, answer_id
        ) as answered_again_date
    from rated
    where kind is not null
),

last_answers as (
    select
        standing.customer_id,
        snapshots.as_of_date,
        max(case when standing.kind = 'recommendation' then standing.score end) as last_nps_score,
        max(
            case
                when standing.kind = 'recommendation'
                    then {{ datediff('standing.answered_date', 'snapshots.as_of_date', 'day') }}
            end
        ) as days_since_last_nps,
        max(case when standing.kind = 'satisfaction' then standing.rate end)
            as last_satisfaction_rate,
        max(case when standing.kind = 'ease' then standing.rate end) as last_ease_rate
    from standing
    inner join snapshots
        on
            standing.answered_date <= snapshots.as_of_date
            and (
                standing.answered_again_date is null
                or standing.answered_again_date > snapshots.as_of_date
            )
    group by standing.customer_id, snapshots.as_of_date
),

low_scores as (
    select
        rated.customer_id,
        snapshot_days.as_of_date,
        count(*) as low_score_count_180d
    from rated
    inner join snapshot_days on rated.answered_date = snapshot_days.day_date
    where rated.rate < 0.5
    group by rated.customer_id, snapshot_days.as_of_date
)

select
    last_answers.customer_id,
    last_answers.as_of_date,
    last_answers.last_nps_score,
    cast(last_answers.days_since_last_nps as bigint) as days_since_last_nps,
    last_answers.last_satisfaction_rate,
    last_answers.last_ease_rate,
    coalesce(low_scores.low_score_count_180d, 0) as low_score_count_180d
from last_answers
left join low_scores
    on
        last_answers.customer_id = low_scores.customer_id
        and last_answers.as_of_date = low_scores.as_of_date
