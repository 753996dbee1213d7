with

customers as (
    select * from {{ ref('dim_customers') }}
),

comments as (
    select comments_of_all.*
    from {{ ref('int_comments') }} as comments_of_all
    left join customers on comments_of_all.customer_id = customers.customer_id
    where not coalesce(customers.is_test, false)
),

mentions as (
    select * from {{ ref('int_touchpoint_mentions') }}
),

matches as (
    select * from {{ ref('bridge_comment_themes') }}
),

themes as (
    select * from {{ ref('themes') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

-- One who comments often is still one person: intervals draw people, not comments. Beyond a few
-- thousand people groups of them are drawn, so that the cost does not grow with the company.
respondents as (
    select
        respondent_id,
        cast(
            floor({{ hash_share('respondent_id') }} * {{ var('bootstrap_clusters') }})
            as bigint
        ) as cluster_number
    from comments
    group by respondent_id
),

-- Intensities have six decimals, and so have their sums: rounding takes away what the order of
-- adding left, so that the same comments always give the same figures.
by_respondent as (
    select
        respondent_id,
        touchpoint_id,
        sum(case when sentiment = 'positive' then 1 else 0 end) as positive_mentions,
        sum(case when sentiment = 'negative' then 1 else 0 end) as negative_mentions,
        round(sum(case when sentiment = 'positive' then emotional_intensity else 0 end), 6)
            as positive_strength,
        round(sum(case when sentiment = 'negative' then emotional_intensity else 0 end), 6)
            as negative_strength
    from mentions
    group by respondent_id, touchpoint_id
),

-- Doubles, for the engine would widen products of whole numbers beyond what its sums are fast in.
by_cluster as (
    select
        respondents.cluster_number,
        by_respondent.touchpoint_id,
        cast(count(*) as double) as mentioning,
        cast(sum(by_respondent.positive_mentions) as double) as positive_mentions,
        cast(sum(by_respondent.negative_mentions) as double) as negative_mentions,
        round(sum(by_respondent.positive_strength), 6) as positive_strength,
        round(sum(by_respondent.negative_strength), 6) as negative_strength
    from by_respondent
    inner join respondents
        on by_respondent.respondent_id = respondents.respondent_id
    group by respondents.cluster_number, by_respondent.touchpoint_id
),

clusters as (
    select
        cluster_number,
        count(*) as respondent_count
    from respondents
    group by cluster_number
),

commenting as (
    select count(*) as respondent_count
    from respondents
),

measured as (
    select
        by_cluster.touchpoint_id,
        commenting.respondent_count as commenting_customers,
        sum(by_cluster.mentioning) as mentioning,
        sum(by_cluster.positive_mentions) as positive_mentions,
        sum(by_cluster.negative_mentions) as negative_mentions,
        round(sum(by_cluster.positive_strength), 6) as positive_strength,
        round(sum(by_cluster.negative_strength), 6) as negative_strength
    from by_cluster
    cross join commenting
    group by by_cluster.touchpoint_id, commenting.respondent_count
),

impacts as (
    select
        *,
        {{ impact('mentioning', 'commenting_customers', 'positive_strength', 'positive_mentions') }}
            as positive_impact,
        {{ impact('mentioning', 'commenting_customers', 'negative_strength', 'negative_mentions') }}
            as negative_impact
    from measured
),

replicates as (
    select generated_number as replicate
    from ({{ dbt.generate_series(var('bootstrap_replicates')) }}) as series
),

draws as (
    select
        clusters.cluster_number,
        clusters.respondent_count,
        replicates.replicate,
        {{ hash_share(
            "cast(clusters.cluster_number as varchar) || '/' "
            ~ "|| cast(replicates.replicate as varchar)"
        ) }} as uniform
    from clusters
    cross join replicates
),

weights as (
    select
        cluster_number,
        respondent_count,
        replicate,
        cast({{ poisson_weight('uniform') }} as double) as weight
    from draws
    where uniform >= 0.36787944
),

replicate_sizes as (
    select
        replicate,
        sum(weight * respondent_count) as commenting_customers
    from weights
    group by replicate
),

replicate_sums as (
    select
        weights.replicate,
        by_cluster.touchpoint_id,
        sum(weights.weight * by_cluster.mentioning) as mentioning,
        sum(weights.weight * by_cluster.positive_mentions) as positive_mentions,
        sum(weights.weight * by_cluster.negative_mentions) as negative_mentions,
        round(sum(weights.weight * by_cluster.positive_strength), 6) as positive_strength,
        round(sum(weights.weight * by_cluster.negative_strength), 6) as negative_strength
    from weights
    inner join by_cluster
        on weights.cluster_number = by_cluster.cluster_number
    group by weights.replicate, by_cluster.touchpoint_id
),

-- A replicate that drew nobody who mentions the touchpoint found no impact there.
replicate_impacts as (
    select
        measured.touchpoint_id,
        replicate_sizes.replicate,
        coalesce({{ impact(
            'replicate_sums.mentioning', 'replicate_sizes.commenting_customers',
            'replicate_sums.positive_strength', 'replicate_sums.positive_mentions'
        ) }}, 0) as positive_impact,
        coalesce({{ impact(
            'replicate_sums.mentioning', 'replicate_sizes.commenting_customers',
            'replicate_sums.negative_strength', 'replicate_sums.negative_mentions'
        ) }}, 0) as negative_impact
    from measured
    cross join replicate_sizes
    left join replicate_sums
        on
            measured.touchpoint_id = replicate_sums.touchpoint_id
            and replicate_sizes.replicate = replicate_sums.replicate
),

bounds as (
    select
        touchpoint_id,
        percentile_cont(0.025) within group (order by positive_impact) as positive_lower,
        percentile_cont(0.975) within group (order by positive_impact) as positive_upper,
        percentile_cont(0.025) within group (order by negative_impact) as negative_lower,
        percentile_cont(0.975) within group (order by negative_impact) as negative_upper
    from replicate_impacts
    group by touchpoint_id
),

medians as (
    select
        percentile_cont(0.5) within group (order by positive_impact) as positive_median,
        percentile_cont(0.5) within group (order by negative_impact) as negative_median
    from impacts
),

theme_counts as (
    select
        mentions.touchpoint_id,
        mentions.sentiment,
        matches.theme_id,
        count(distinct mentions.respondent_id) as respondents
    from mentions
    inner join matches
        on mentions.feedback_id = matches.feedback_id
    where mentions.sentiment in ('positive', 'negative')
    group by mentions.touchpoint_id, mentions.sentiment, matches.theme_id
),

ranked_themes as (
    select
        touchpoint_id,
        sentiment,
        theme_id,
        row_number() over (
            partition by touchpoint_id, sentiment order by respondents desc, theme_id asc
        ) as theme_rank
    from theme_counts
),

top_themes as (
    select
        ranked_themes.touchpoint_id,
        ranked_themes.sentiment,
        themes.theme_id,
        themes.theme_name,
        themes.suggested_fix
    from ranked_themes
    inner join themes
        on ranked_themes.theme_id = themes.theme_id
    where ranked_themes.theme_rank = 1
),

-- The quote speaks for the peak: the strongest comment on the theme that most people name.
ranked_quotes as (
    select
        mentions.touchpoint_id,
        mentions.sentiment,
        comments.comment_redacted,
        row_number() over (
            partition by mentions.touchpoint_id, mentions.sentiment
            order by
                case when matches.theme_id is not null then 0 else 1 end,
                case when {{ is_quotable('comments.comment_redacted') }} then 0 else 1 end,
                mentions.emotional_intensity desc,
                comments.occurred_at desc,
                mentions.feedback_id
        ) as quote_rank
    from mentions
    inner join comments
        on mentions.feedback_id = comments.feedback_id
    left join top_themes
        on
            mentions.touchpoint_id = top_themes.touchpoint_id
            and mentions.sentiment = top_themes.sentiment
    left join matches
        on
            mentions.feedback_id = matches.feedback_id
            and top_themes.theme_id = matches.theme_id
    where mentions.sentiment in ('positive', 'negative')
),

quotes as (
    select
        touchpoint_id,
        max(case when sentiment = 'positive' then comment_redacted end) as positive_quote,
        max(case when sentiment = 'negative' then comment_redacted end) as negative_quote
    from ranked_quotes
    where quote_rank = 1
    group by touchpoint_id
)

select
    impacts.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.stage_id,
    cast(impacts.commenting_customers as bigint) as commenting_customers,
    cast(impacts.mentioning as bigint) as mentioning_customers,
    cast(impacts.mentioning * 1.0 / impacts.commenting_customers as double) as mention_share,
    cast(impacts.positive_mentions as bigint) as positive_mentions,
    cast(impacts.negative_mentions as bigint) as negative_mentions,
    cast(impacts.positive_strength / nullif(impacts.positive_mentions, 0) as double)
        as positive_intensity,
    cast(impacts.negative_strength / nullif(impacts.negative_mentions, 0) as double)
        as negative_intensity,
    cast(impacts.positive_impact as double) as positive_impact,
    cast(bounds.positive_lower as double) as positive_lower,
    cast(bounds.positive_upper as double) as positive_upper,
    cast(impacts.negative_impact as double) as negative_impact,
    cast(bounds.negative_lower as double) as negative_lower,
    cast(bounds.negative_upper as double) as negative_upper,
    bounds.positive_lower > medians.positive_median as is_positive_peak,
    bounds.negative_lower > medians.negative_median as is_negative_peak,
    positive_themes.theme_name as top_positive_theme,
    negative_themes.theme_name as top_negative_theme,
    quotes.positive_quote,
    quotes.negative_quote,
    negative_themes.suggested_fix
from impacts
inner join bounds
    on impacts.touchpoint_id = bounds.touchpoint_id
cross join medians
left join touchpoints
    on impacts.touchpoint_id = touchpoints.touchpoint_id
left join top_themes as positive_themes
    on
        impacts.touchpoint_id = positive_themes.touchpoint_id
        and positive_themes.sentiment = 'positive'
left join top_themes as negative_themes
    on
        impacts.touchpoint_id = negative_themes.touchpoint_id
        and negative_themes.sentiment = 'negative'
left join quotes
    on impacts.touchpoint_id = quotes.touchpoint_id
