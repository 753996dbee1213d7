with themes as (
    select * from {{ ref('themes') }}
),

matches as (
    select * from {{ ref('bridge_comment_themes') }}
),

comments as (
    select
        *,
        {{ days_before_as_of('occurred_at') }} as age_days
    from {{ ref('int_comments') }}
),

signals as (
    select * from {{ ref('fct_comment_signals') }}
),

-- A comment on a theme is a comment on its parent too; it counts there once.
lineage as (
    select
        theme_id,
        theme_id as counted_theme_id
    from themes
    union all
    select
        theme_id,
        parent_theme_id as counted_theme_id
    from themes
    where parent_theme_id is not null
),

mentions as (
    select distinct
        lineage.counted_theme_id as theme_id,
        matches.feedback_id
    from matches
    inner join lineage
        on matches.theme_id = lineage.theme_id
),

details as (
    select
        mentions.theme_id,
        mentions.feedback_id,
        comments.respondent_id,
        comments.comment_redacted,
        comments.occurred_at,
        signals.sentiment,
        signals.polarity,
        signals.emotional_intensity,
        comments.age_days
    from mentions
    inner join comments
        on mentions.feedback_id = comments.feedback_id
    inner join signals
        on mentions.feedback_id = signals.feedback_id
),

volumes as (
    select
        count(*) as comments,
        sum(case when age_days < 90 then 1 else 0 end) as comments_last_90_days,
        sum(case when age_days between 90 and 179 then 1 else 0 end) as comments_previous_90_days
    from comments
),

summaries as (
    select
        theme_id,
        count(*) as comments,
        count(distinct respondent_id) as respondents,
        -- Unscored comments have no sentiment and are in neither share.
        avg(case when sentiment = 'positive' then 1.0 when sentiment is not null then 0.0 end)
            as positive_share,
        avg(case when sentiment = 'negative' then 1.0 when sentiment is not null then 0.0 end)
            as negative_share,
        {{ exact_average('polarity') }} as mean_polarity,
        sum(case when age_days < 90 then 1 else 0 end) as comments_last_90_days,
        sum(case when age_days between 90 and 179 then 1 else 0 end) as comments_previous_90_days
    from details
    group by theme_id
),

moods as (
    select
        theme_id,
        case when negative_share >= positive_share then 'negative' else 'positive' end as sentiment
    from summaries
),

-- The example speaks for the theme's mood: the strongest comment on the side that most take, of a
-- length that a page can show.
quotes as (
    select
        details.theme_id,
        details.comment_redacted,
        row_number() over (
            partition by details.theme_id
            order by
                case when details.sentiment = moods.sentiment then 0 else 1 end asc,
                case when {{ is_quotable('details.comment_redacted') }} then 0 else 1 end asc,
                details.emotional_intensity desc nulls last,
                details.occurred_at desc,
                details.feedback_id asc
        ) as quote_rank
    from details
    inner join moods
        on details.theme_id = moods.theme_id
)

select
    themes.theme_id,
    themes.theme_name,
    themes.parent_theme_id,
    cast(coalesce(summaries.comments, 0) as bigint) as comments,
    cast(coalesce(summaries.respondents, 0) as bigint) as respondents,
    cast(coalesce(summaries.comments, 0) * 1.0 / nullif(volumes.comments, 0) as double)
        as share_of_comments,
    cast(summaries.positive_share as double) as positive_share,
    cast(summaries.negative_share as double) as negative_share,
    cast(summaries.mean_polarity as double) as mean_polarity,
    cast(coalesce(summaries.comments_last_90_days, 0) as bigint) as comments_last_90_days,
    cast(coalesce(summaries.comments_previous_90_days, 0) as bigint) as comments_previous_90_days,
    -- Compared as shares of all comments, so that a theme does not rise because more was asked.
    cast(
        summaries.comments_last_90_days * 1.0 / nullif(volumes.comments_last_90_days, 0)
        / nullif(
            summaries.comments_previous_90_days * 1.0
            / nullif(volumes.comments_previous_90_days, 0),
            0
        ) as double
    ) as trend_ratio,
    themes.suggested_fix,
    themes.owner_team,
    quotes.comment_redacted as example_quote
from themes
cross join volumes
left join summaries
    on themes.theme_id = summaries.theme_id
left join quotes
    on
        themes.theme_id = quotes.theme_id
        and quotes.quote_rank = 1
