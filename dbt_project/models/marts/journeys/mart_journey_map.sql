with

funnel as (
    select
        *,
        case when period_grain = 'month' then period_start end as start_month
    from {{ ref('mart_journey_funnel') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

figures as (
    select * from {{ ref('int_journey_step_figures') }}
),

verdicts as (
    select * from {{ ref('int_survey_verdicts') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
),

mentions as (
    select * from {{ ref('int_touchpoint_mentions') }}
    where sentiment is not null
),

matches as (
    select * from {{ ref('bridge_comment_themes') }}
),

themes as (
    select * from {{ ref('themes') }}
),

impacts as (
    select * from {{ ref('mart_touchpoint_impact') }}
),

scores as (
    select
        touchpoint_id,
        coalesce(segment, 'all') as segment,
        answer_month as start_month,
        sum(case when is_satisfied then 1 else 0 end) as satisfied,
        count(is_satisfied) as satisfaction_n,
        sum(case when is_easy then 1 else 0 end) as easy,
        count(is_easy) as effort_n
    from verdicts
    group by touchpoint_id, cube(segment, answer_month)
),

-- What customers of an instance say from its start to its end, and for as long as they may answer.
own_comments as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        mentions.touchpoint_id,
        mentions.feedback_id,
        mentions.sentiment
    from mentions
    inner join instances
        on
            mentions.customer_id = instances.customer_id
            and mentions.occurred_at >= instances.started_at
            and (
                instances.ended_at is null
                or mentions.occurred_at
                < {{ add_days('instances.ended_at', var('journey_survey_days')) }}
            )
),

moods as (
    select
        journey_id,
        coalesce(segment, 'all') as segment,
        start_month,
        touchpoint_id,
        count(distinct feedback_id) as own_comments,
        count(distinct case when sentiment = 'positive' then feedback_id end) as positive_comments,
        count(distinct case when sentiment = 'negative' then feedback_id end) as negative_comments
    from own_comments
    group by journey_id, touchpoint_id, cube(segment, start_month)
),

-- What most people name, in praise and in blame, over all customers and all time.
theme_counts as (
    select
        mentions.touchpoint_id,
        mentions.sentiment,
        matches.theme_id,
        count(distinct mentions.respondent_id) as respondents
    from mentions
    inner join matches on mentions.feedback_id = matches.feedback_id
    where mentions.sentiment in ('positive', 'negative')
    group by mentions.touchpoint_id, mentions.sentiment, matches.theme_id
),

ranked_themes as (
    select
        *,
        row_number() over (
            partition by touchpoint_id, sentiment order by respondents desc, theme_id asc
        ) as theme_rank
    from theme_counts
),

top_themes as (
    select
        ranked_themes.touchpoint_id,
        max(case when ranked_themes.sentiment = 'positive' then themes.theme_name end)
            as strength_theme,
        max(case when ranked_themes.sentiment = 'positive' then ranked_themes.respondents end)
            as strength_respondents,
        max(case when ranked_themes.sentiment = 'negative' then themes.theme_name end)
            as pain_point_theme,
        max(case when ranked_themes.sentiment = 'negative' then ranked_themes.respondents end)
            as pain_point_respondents
    from ranked_themes
    inner join themes on ranked_themes.theme_id = themes.theme_id
    where ranked_themes.theme_rank = 1
    group by ranked_themes.touchpoint_id
),

measured as (
    select
        funnel.*,
        figures.hours_p50,
        figures.hours_p90,
        figures.hours_from_previous_p50,
        figures.hours_from_previous_p90,
        cast(journey_steps.expected_hours as double) as expected_hours,
        figures.late_count,
        figures.timed_count,
        scores.satisfied,
        coalesce(scores.satisfaction_n, 0) as satisfaction_n,
        scores.satisfied * 1.0e0 / nullif(scores.satisfaction_n, 0) as satisfaction,
        scores.easy * 1.0e0 / nullif(scores.effort_n, 0) as effort_easy_share,
        coalesce(scores.effort_n, 0) as effort_n,
        coalesce(
            max(figures.whole_n) over (
                partition by funnel.journey_id, funnel.segment, funnel.start_month
            ), 0
        ) as journey_satisfaction_n,
        max(figures.whole_satisfied) over (
            partition by funnel.journey_id, funnel.segment, funnel.start_month
        ) as journey_satisfied,
        coalesce(moods.own_comments, 0) as own_comments,
        moods.positive_comments,
        moods.negative_comments,
        figures.importance,
        figures.importance_method,
        figures.importance_n,
        journey_steps.rated_importance,
        journey_steps.rated_performance,
        coalesce(journey_steps.desired_outcome, journeys.desired_outcome) as desired_outcome,
        journey_steps.backstage_process,
        journeys.journey_name,
        journeys.owner_team as journey_owner_team
    from funnel
    inner join journeys on funnel.journey_id = journeys.journey_id
    left join journey_steps
        on
            funnel.journey_id = journey_steps.journey_id
            and funnel.step_number = journey_steps.step_number
    left join figures
        on
            funnel.journey_id = figures.journey_id
            and funnel.segment = figures.segment
            and funnel.start_month is not distinct from figures.start_month
            and funnel.step_number = figures.step_number
    left join scores
        on
            funnel.touchpoint_id = scores.touchpoint_id
            and funnel.segment = scores.segment
            and funnel.start_month is not distinct from scores.start_month
    left join moods
        on
            funnel.journey_id = moods.journey_id
            and funnel.segment = moods.segment
            and funnel.start_month is not distinct from moods.start_month
            and funnel.touchpoint_id = moods.touchpoint_id
),

-- The company rates from 1 to 5, customers are satisfied or not: both from 0 to 1. Importance is
-- relative to the most important step of the journey, in either view.
compared as (
    select
        *,
        case
            when satisfaction_n >= {{ var('minimum_sample_size') }}
                then (rated_performance - 1) / 4.0e0 - satisfaction
        end as performance_gap,
        rated_importance * 1.0e0
        / max(case when importance is not null then rated_importance end) over cell
        - importance / case when max(importance) over cell > 0 then max(importance) over cell end
            as importance_gap
    from measured
    window cell as (partition by journey_id, segment, start_month)
),

ranked as (
    select
        *,
        case when performance_gap is not null then rank() over (
            partition by segment, period_grain, start_month
            order by performance_gap desc nulls last
        ) end as performance_gap_rank,
        case when importance_gap is not null then rank() over (
            partition by segment, period_grain, start_month
            order by abs(importance_gap) desc nulls last
        ) end as importance_gap_rank
    from compared
)

select
    ranked.journey_id,
    ranked.journey_name,
    ranked.segment,
    ranked.period_grain,
    ranked.period_start,
    ranked.step_number,
    ranked.step_name,
    ranked.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.stage_id,
    ranked.is_required,
    ranked.instances,
    ranked.share_of_start,
    ranked.drop_off_rate,
    ranked.is_significant_drop,
    ranked.hours_p50,
    ranked.hours_p90,
    ranked.hours_from_previous_p50,
    ranked.hours_from_previous_p90,
    ranked.expected_hours,
    ranked.hours_p50 - ranked.expected_hours as hours_over_expected,
    ranked.late_count * 1.0e0 / nullif(ranked.timed_count, 0) as late_share,
    ranked.satisfaction,
    ranked.satisfaction_n,
    {{ wilson_lower('ranked.satisfied', 'ranked.satisfaction_n') }} as satisfaction_lower,
    {{ wilson_upper('ranked.satisfied', 'ranked.satisfaction_n') }} as satisfaction_upper,
    ranked.satisfaction_n < {{ var('minimum_sample_size') }} as is_satisfaction_too_few,
    ranked.effort_easy_share,
    ranked.effort_n,
    ranked.journey_satisfied * 1.0e0 / nullif(ranked.journey_satisfaction_n, 0)
        as journey_satisfaction,
    cast(ranked.journey_satisfaction_n as bigint) as journey_satisfaction_n,
    {{ wilson_lower('ranked.journey_satisfied', 'ranked.journey_satisfaction_n') }}
        as journey_satisfaction_lower,
    {{ wilson_upper('ranked.journey_satisfied', 'ranked.journey_satisfaction_n') }}
        as journey_satisfaction_upper,
    ranked.satisfaction
    - ranked.journey_satisfied * 1.0e0 / nullif(ranked.journey_satisfaction_n, 0)
        as satisfaction_over_journey,
    ranked.own_comments as own_comment_count,
    ranked.positive_comments * 1.0e0 / nullif(ranked.own_comments, 0) as positive_comment_share,
    ranked.negative_comments * 1.0e0 / nullif(ranked.own_comments, 0) as negative_comment_share,
    impacts.positive_impact,
    impacts.negative_impact,
    impacts.positive_mentions + impacts.negative_mentions as comment_count,
    top_themes.strength_theme,
    top_themes.strength_respondents,
    top_themes.pain_point_theme,
    top_themes.pain_point_respondents,
    touchpoints.is_make_or_break,
    ranked.importance,
    ranked.importance_method,
    cast(ranked.importance_n as bigint) as importance_n,
    ranked.rated_importance,
    ranked.importance_gap,
    ranked.importance_gap_rank,
    ranked.rated_performance,
    ranked.performance_gap,
    ranked.performance_gap_rank,
    case
        when ranked.step_number = 0 then ranked.journey_owner_team else touchpoints.owner_team
    end as owner_team,
    ranked.desired_outcome,
    ranked.backstage_process
from ranked
left join touchpoints on ranked.touchpoint_id = touchpoints.touchpoint_id
-- Impacts and themes speak for all customers and all time, so they stand beside that row alone.
left join impacts
    on
        ranked.touchpoint_id = impacts.touchpoint_id
        and ranked.segment = 'all'
        and ranked.period_grain = 'all'
left join top_themes
    on
        ranked.touchpoint_id = top_themes.touchpoint_id
        and ranked.segment = 'all'
        and ranked.period_grain = 'all'
