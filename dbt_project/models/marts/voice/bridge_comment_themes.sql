with phrases as (
    select * from {{ ref('int_comment_phrases') }}
    where vocabulary = 'theme'
),

themes as (
    select * from {{ ref('themes') }}
)

select
    phrases.feedback_id,
    themes.theme_id,
    themes.touchpoint_id,
    phrases.matched_phrase as matched_keyword
from phrases
inner join themes
    on phrases.label = themes.theme_id
