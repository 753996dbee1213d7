{{ config(schema='core', contract={'enforced': false}) }}

with comments as (
    select * from {{ ref('int_comments') }}
),

theme_keywords as (
    select * from {{ ref('theme_keywords') }}
),

actionability_phrases as (
    select * from {{ ref('actionability_phrases') }}
),

service_aspects as (
    select * from {{ ref('service_aspects') }}
),

entries as (
    select
        'theme' as vocabulary,
        theme_id as label,
        language,
        keyword as phrase
    from theme_keywords
    union all
    select
        'actionability' as vocabulary,
        actionability as label,
        language,
        phrase
    from actionability_phrases
    union all
    select
        'aspect' as vocabulary,
        aspect as label,
        language,
        keyword as phrase
    from service_aspects
),

spelled as (
    select
        vocabulary,
        label,
        language,
        {{ without_accents('lower(phrase)') }} as phrase
    from entries
),

-- An asterisk at the end stands for any ending of the last word.
needles as (
    select
        vocabulary,
        label,
        language,
        phrase,
        ' ' || replace(phrase, '*', '')
        || case when phrase like '%*' then '' else ' ' end as needle,
        {{ split_at_spaces('phrase') }} as parts
    from spelled
),

parts as (
    select
        vocabulary,
        label,
        language,
        phrase,
        needle,
        {{ explode_list('parts', 'part', 'part_number') }}
    from needles
),

sized as (
    select
        *,
        count(*) over (partition by vocabulary, label, language, phrase) as part_count,
        row_number() over (
            partition by vocabulary, label, language, phrase
            order by length(part) desc, part_number
        ) as length_rank
    from parts
),

-- A phrase is looked for by its longest word, which is its rarest: "waiting for a reply" by
-- "waiting", not by "a".
anchors as (
    select
        vocabulary,
        label,
        language,
        phrase,
        needle,
        part_count,
        replace(part, '*', '') as stem,
        part like '%*' as is_prefix
    from sized
    where length_rank = 1
),

plain_texts as (
    select
        feedback_id,
        language,
        ' ' || {{ plain_text('comment_redacted') }} || ' ' as plain_text
    from comments
),

-- Anchors are compared with each distinct word once, and comments with words: no comment is
-- searched for a phrase without holding its anchor. The text is made plain twice, which is
-- cheaper than keeping millions of words.
written as (
    select distinct
        language,
        {{ explode_items(split_at_spaces(plain_text('comment_redacted')), 'word') }}
    from comments
),

word_anchors as (
    select
        written.word,
        anchors.*
    from written
    inner join anchors
        on
            written.language = anchors.language
            and written.word = anchors.stem
    where not anchors.is_prefix
    union all
    select
        written.word,
        anchors.*
    from written
    inner join anchors
        on
            written.language = anchors.language
            and left(written.word, 3) = left(anchors.stem, 3)
    where
        anchors.is_prefix
        and left(written.word, length(anchors.stem)) = anchors.stem
),

words as (
    select
        feedback_id,
        language,
        plain_text,
        {{ explode_items(split_at_spaces('plain_text'), 'word') }}
    from plain_texts
),

hits as (
    select
        words.feedback_id,
        word_anchors.vocabulary,
        word_anchors.label,
        word_anchors.phrase
    from words
    inner join word_anchors
        on
            words.language = word_anchors.language
            and words.word = word_anchors.word
    where
        word_anchors.part_count = 1
        or {{ dbt.position('word_anchors.needle', 'words.plain_text') }} > 0
)

select
    feedback_id,
    vocabulary,
    label,
    min(phrase) as matched_phrase
from hits
group by feedback_id, vocabulary, label
