with comments as (
    select * from {{ ref('int_comments') }}
),

signals as (
    select * from {{ ref('fct_comment_signals') }}
),

matches as (
    select * from {{ ref('bridge_comment_themes') }}
),

themes as (
    select * from {{ ref('themes') }}
),

named as (
    select
        matches.feedback_id,
        themes.theme_name
    from matches
    inner join themes
        on matches.theme_id = themes.theme_id
),

theme_lists as (
    select
        feedback_id,
        {{ dbt.listagg('theme_name', "', '", 'order by theme_name') }} as themes
    from named
    group by feedback_id
)

select
    comments.feedback_id,
    comments.occurred_at,
    comments.customer_id,
    comments.touchpoint_id,
    comments.channel_id,
    comments.feedback_kind,
    comments.is_solicited,
    signals.sentiment,
    signals.polarity,
    signals.emotional_intensity,
    signals.emotion,
    signals.actionability,
    signals.language,
    theme_lists.themes,
    comments.comment_redacted
from comments
inner join signals
    on comments.feedback_id = signals.feedback_id
left join theme_lists
    on comments.feedback_id = theme_lists.feedback_id
