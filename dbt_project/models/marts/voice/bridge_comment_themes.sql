with phrases as (
    select
        *,
        ' ' || matched_phrase || ' ' as spaced
    from {{ ref('int_comment_phrases') }}
    where vocabulary = 'theme'
),

themes as (
    select * from {{ ref('themes') }}
),

-- The more exact words win: "first report" speaks of first results, and its "report" is not a
-- second remark about reports.
parts_of_longer_phrases as (
    select distinct
        phrases.feedback_id,
        phrases.label
    from phrases
    inner join phrases as longer
        on
            phrases.feedback_id = longer.feedback_id
            and phrases.label <> longer.label
            and length(phrases.matched_phrase) < length(longer.matched_phrase)
            and {{ dbt.position('phrases.spaced', 'longer.spaced') }} > 0
)

select
    phrases.feedback_id,
    themes.theme_id,
    themes.touchpoint_id,
    phrases.matched_phrase as matched_keyword
from phrases
inner join themes
    on phrases.label = themes.theme_id
left join parts_of_longer_phrases
    on
        phrases.feedback_id = parts_of_longer_phrases.feedback_id
        and phrases.label = parts_of_longer_phrases.label
where parts_of_longer_phrases.feedback_id is null
