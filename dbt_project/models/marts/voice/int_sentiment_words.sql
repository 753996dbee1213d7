{{ config(schema='core', contract={'enforced': false}) }}

with comments as (
    select * from {{ ref('int_comments') }}
),

english_lexicon as (
    select * from {{ source('lexicon', 'vader') }}
),

own_lexicon as (
    select * from {{ ref('sentiment_lexicon') }}
),

modifiers as (
    select * from {{ ref('sentiment_modifiers') }}
),

emotions as (
    select * from {{ ref('emotion_words') }}
),

-- What we say of a word goes before what the general lexicon says: "support" is praise in general
-- and a team's name here.
valences as (
    select
        language,
        word,
        valence
    from own_lexicon
    where valence <> 0
    union all
    select
        'en' as language,
        english_lexicon.word,
        english_lexicon.valence
    from english_lexicon
    left join own_lexicon
        on
            english_lexicon.word = own_lexicon.word
            and own_lexicon.language = 'en'
    where own_lexicon.word is null
),

written as (
    select distinct
        language,
        {{ explode_items(split_words('comment_redacted'), 'token') }}
    from comments
),

folded as (
    select
        language,
        token,
        {{ fold_word('token') }} as word,
        upper(token) = token and lower(token) <> token as is_capitals
    from written
    where token <> ''
)

-- What the reader of a sentence needs to know of each spelling; words that say nothing are left
-- out, so that the join to millions of comments is against a small table.
select
    folded.language,
    folded.token,
    folded.word,
    folded.is_capitals,
    valences.valence,
    modifiers.kind as modifier_kind,
    modifiers.weight as modifier_weight,
    modifiers.reach as modifier_reach,
    modifiers.unless_after,
    emotions.emotion
from folded
left join valences
    on
        folded.language = valences.language
        and folded.word = valences.word
left join modifiers
    on
        folded.language = modifiers.language
        and folded.word = modifiers.word
left join emotions
    on
        folded.language = emotions.language
        and folded.word = emotions.word
where
    valences.valence is not null
    or modifiers.kind is not null
    or emotions.emotion is not null
