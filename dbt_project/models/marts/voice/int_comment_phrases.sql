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
),

numbered as (
    select
        *,
        row_number() over (order by vocabulary, label, language, phrase) as phrase_number,
        {{ split_words(without_accents('lower(phrase)')) }} as parts
    from entries
),

parts as (
    select
        phrase_number,
        language,
        {{ explode_list('parts', 'part', 'part_number') }}
    from numbered
),

-- An asterisk at the end of a part stands for any ending.
patterns as (
    select
        phrase_number,
        language,
        part_number,
        replace(part, '*', '') as stem,
        part like '%*' as is_prefix,
        max(part_number) over (partition by phrase_number) as part_count
    from parts
),

splits as (
    select
        feedback_id,
        language,
        {{ split_plain_words('comment_redacted') }} as words
    from comments
),

tokens as (
    select
        feedback_id,
        language,
        {{ explode_list('words', 'token', 'position') }}
    from splits
),

-- Patterns are compared with each distinct word once, and comments with words: no comment is ever
-- searched for a pattern.
written as (
    select distinct
        language,
        token
    from tokens
    where token <> ''
),

folded as (
    select
        language,
        token,
        {{ without_accents('token') }} as word
    from written
),

word_patterns as (
    select
        folded.language,
        folded.token,
        patterns.phrase_number,
        patterns.part_number,
        patterns.part_count
    from folded
    inner join patterns
        on
            patterns.language = folded.language
            and patterns.stem = folded.word
    where not patterns.is_prefix
    union all
    select
        folded.language,
        folded.token,
        patterns.phrase_number,
        patterns.part_number,
        patterns.part_count
    from folded
    inner join patterns
        on
            patterns.language = folded.language
            and left(patterns.stem, 3) = left(folded.word, 3)
    where
        patterns.is_prefix
        and left(folded.word, length(patterns.stem)) = patterns.stem
),

hits as (
    select
        tokens.feedback_id,
        word_patterns.phrase_number,
        word_patterns.part_number,
        word_patterns.part_count,
        tokens.position - word_patterns.part_number as start_position
    from tokens
    inner join word_patterns
        on
            word_patterns.language = tokens.language
            and word_patterns.token = tokens.token
),

complete as (
    select
        feedback_id,
        phrase_number,
        start_position + 1 as position
    from hits
    where part_count = 1
    union all
    select
        feedback_id,
        phrase_number,
        start_position + 1 as position
    from hits
    where part_count > 1
    group by feedback_id, phrase_number, start_position, part_count
    having count(*) = part_count
),

ranked as (
    select
        complete.feedback_id,
        numbered.vocabulary,
        numbered.label,
        numbered.phrase,
        row_number() over (
            partition by complete.feedback_id, numbered.vocabulary, numbered.label
            order by complete.position, complete.phrase_number
        ) as phrase_rank
    from complete
    inner join numbered
        on numbered.phrase_number = complete.phrase_number
)

select
    feedback_id,
    vocabulary,
    label,
    phrase as matched_phrase
from ranked
where phrase_rank = 1
