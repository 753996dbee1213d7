with phrases as (
    select * from {{ ref('int_comment_phrases') }}
    where vocabulary = 'theme'
),

themes as (
    select * from {{ ref('themes') }}
),

-- The more exact words win: "first report" speaks of first results, and its "report" is not a second
-- remark about reports.
parts_of_longer_phrases as (
    select distinct
        phrases.feedback_id,
        phrases.label
    from phrases
    inner join phrases as longer
        on
            longer.feedback_id = phrases.feedback_id
            and longer.label <> phrases.label
            and length(longer.matched_phrase) > length(phrases.matched_phrase)
            and {{ dbt.position("' ' || phrases.matched_phrase || ' '", "' ' || longer.matched_phrase || ' '") }}
            > 0
)

select
    phrases.feedback_id,
    themes.theme_id,
    themes.touchpoint_id,
    phrases.matched_phrase as matched_keyword
from phrases
inner join themes
    on themes.theme_id = phrases.label
left join parts_of_longer_phrases
    on
        parts_of_longer_phrases.feedback_id = phrases.feedback_id
        and parts_of_longer_phrases.label = phrases.label
where parts_of_longer_phrases.feedback_id is null
