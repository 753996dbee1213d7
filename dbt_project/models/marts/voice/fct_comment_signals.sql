{%- set signal_version = 'lexicon-2' -%}
{%- set capitals_shift = 0.733 -%}

with comments as (
    select * from {{ ref('int_comments') }}
),

sentiment_words as (
    select * from {{ ref('int_sentiment_words') }}
),

phrases as (
    select * from {{ ref('int_comment_phrases') }}
    where vocabulary = 'actionability'
),

scored_languages as (
    select 'en' as language
    where exists (select 1 from {{ source('lexicon', 'vader') }})
    union
    select distinct language from {{ ref('sentiment_lexicon') }}
    where language <> 'en'
),

splits as (
    select
        feedback_id,
        language,
        {{ split_words('comment_redacted') }} as words,
        -- Capitals only shout among words that do not.
        comment_redacted <> upper(comment_redacted) as has_small_letters,
        {{ has_idiom_cue('comment_redacted') }} as may_hold_idiom
    from comments
),

tokens as (
    select
        feedback_id,
        language,
        words,
        has_small_letters,
        may_hold_idiom,
        {{ explode_list('words', 'token', 'position') }}
    from splits
),

hits as (
    select
        tokens.feedback_id,
        tokens.language,
        tokens.position,
        sentiment_words.word,
        sentiment_words.valence,
        sentiment_words.modifier_kind,
        sentiment_words.emotion,
        {{ list_item('tokens.words', 'tokens.position - 1') }} as token_1,
        {{ list_item('tokens.words', 'tokens.position - 2') }} as token_2,
        {{ list_item('tokens.words', 'tokens.position - 3') }} as token_3,
        {{ list_item('tokens.words', 'tokens.position + 1') }} as next_token,
        sentiment_words.is_capitals and tokens.has_small_letters as stands_out,
        tokens.has_small_letters,
        case
            when tokens.may_hold_idiom then
                ' '
                || trim({{ idiom_text(words_between(
                    'tokens.words', 'tokens.position - 8', 'tokens.position - 1'
                )) }})
                || case when sentiment_words.modifier_kind = 'comparative' then ' =' else ' ~' end
                || {{ idiom_text(words_between(
                    'tokens.words', 'tokens.position', 'tokens.position + 6'
                )) }}
                || ' '
        end as idiom_text
    from tokens
    inner join sentiment_words
        on
            tokens.language = sentiment_words.language
            and tokens.token = sentiment_words.token
    where
        sentiment_words.valence is not null
        or sentiment_words.emotion is not null
        or sentiment_words.modifier_kind = 'contrast'
),

-- The first "but" of a comment: what comes after it is what the writer means.
contrasts as (
    select
        feedback_id,
        min(position) as contrast_position
    from hits
    where modifier_kind = 'contrast'
    group by feedback_id
),

surroundings as (
    select
        hits.feedback_id,
        hits.position,
        hits.emotion,
        lower(hits.token_1) as previous_1,
        lower(hits.token_2) as previous_2,
        lower(hits.token_3) as previous_3,
        {% for distance in [1, 2, 3] -%}
        modifier_{{ distance }}.modifier_kind as modifier_kind_{{ distance }},
        modifier_{{ distance }}.modifier_reach as modifier_reach_{{ distance }},
        modifier_{{ distance }}.unless_after as unless_after_{{ distance }},
        modifier_{{ distance }}.modifier_weight
        + case
            when
                modifier_{{ distance }}.is_capitals
                and hits.has_small_letters
                and modifier_{{ distance }}.modifier_kind <> 'negator'
                then {{ capitals_shift }}
            else 0
        end as modifier_shift_{{ distance }},
        {% endfor -%}
        contrasts.contrast_position,
        {{ idiom_factor('hits.language', 'hits.idiom_text') }} as idiom_factor,
        case
            -- Modifiers have no valence of their own where they modify: "no problem", "kind of".
            when hits.modifier_kind in ('booster', 'dampener') then 0
            when hits.modifier_kind = 'negator' and next_word.valence is not null then 0
            when hits.word = 'kind' and lower(hits.next_token) = 'of' then 0
            when hits.stands_out
                then hits.valence + {{ capitals_shift }} * sign(hits.valence)
            else hits.valence
        end as own_valence
    from hits
    {% for distance in [1, 2, 3] -%}
    left join sentiment_words as modifier_{{ distance }}
        on
            modifier_{{ distance }}.language = hits.language
            and modifier_{{ distance }}.token = hits.token_{{ distance }}
    {% endfor -%}
    left join sentiment_words as next_word
        on
            hits.language = next_word.language
            and hits.next_token = next_word.token
    left join contrasts
        on hits.feedback_id = contrasts.feedback_id
    where hits.valence is not null or hits.emotion is not null
),

after_first as (
    select
        *,
        {{ modified_valence('own_valence', 1) }} as valence_1
    from surroundings
),

after_second as (
    select
        *,
        {{ modified_valence('valence_1', 2) }} as valence_2
    from after_first
),

after_third as (
    select
        *,
        {{ modified_valence('valence_2', 3) }} as valence_3,
        coalesce(modifier_kind_1, '') = 'negator'
        or coalesce(modifier_kind_2, '') = 'negator'
        or coalesce(modifier_kind_3, '') = 'negator' as has_negator
    from after_second
),

-- An idiom means what it means, whatever its words would do to each other.
meant as (
    select
        *,
        case when idiom_factor is null then valence_3 else own_valence * idiom_factor end
            as valence,
        case when idiom_factor is null then has_negator else idiom_factor < 0 end as is_negated
    from after_third
),

sums as (
    select
        feedback_id,
        {{ exact_sum(
            'valence * case when contrast_position is null then 1'
            ' when position < contrast_position then 0.5 else 1.5 end'
        ) }} as valence_sum,
        max(abs(valence)) as strongest_valence
    from meant
    group by feedback_id
),

emotion_counts as (
    select
        feedback_id,
        emotion,
        count(*) as word_count,
        min(position) as first_position
    from meant
    where emotion is not null and not is_negated
    group by feedback_id, emotion
),

emotions as (
    select
        feedback_id,
        emotion,
        row_number() over (
            partition by feedback_id order by word_count desc, first_position asc, emotion asc
        ) as emotion_rank
    from emotion_counts
),

-- What someone must answer comes before what someone may consider, and that before thanks.
intentions as (
    select
        feedback_id,
        max(case when label = 'response_needed' then 1 else 0 end) = 1 as asks_for_response,
        max(case when label = 'suggestion' then 1 else 0 end) = 1 as suggests,
        max(case when label = 'praise' then 1 else 0 end) = 1 as thanks
    from phrases
    group by feedback_id
),

strengths as (
    select
        comments.feedback_id,
        comments.respondent_id,
        comments.customer_id,
        comments.occurred_at,
        comments.touchpoint_id,
        comments.language,
        scored_languages.language is not null as is_scored,
        coalesce(sums.valence_sum, 0) as valence_sum,
        coalesce(sums.strongest_valence, 0) as strongest_valence,
        {{ mark_count('comments.comment_redacted', '!') }} as exclamation_count,
        {{ mark_count('comments.comment_redacted', '?') }} as question_count,
        emotions.emotion,
        coalesce(intentions.asks_for_response, false) as asks_for_response,
        coalesce(intentions.suggests, false) as suggests,
        coalesce(intentions.thanks, false) as thanks
    from comments
    left join scored_languages
        on comments.language = scored_languages.language
    left join sums
        on comments.feedback_id = sums.feedback_id
    left join emotions
        on
            comments.feedback_id = emotions.feedback_id
            and emotions.emotion_rank = 1
    left join intentions
        on comments.feedback_id = intentions.feedback_id
),

emphases as (
    select
        *,
        least(4, exclamation_count) * 0.292
        + case
            when question_count <= 1 then 0
            when question_count <= 3 then question_count * 0.18
            else 0.96
        end as emphasis
    from strengths
),

emphasised as (
    select
        *,
        valence_sum + sign(valence_sum) * emphasis as total
    from emphases
),

-- Rounded, since a sum of fractions differs in its last digits with the order they come in.
polarities as (
    select
        *,
        case when is_scored then round(total / sqrt(total * total + 15), 6) end as polarity
    from emphasised
),

sentiments as (
    select
        *,
        case
            when polarity >= 0.05 then 'positive'
            when polarity <= -0.05 then 'negative'
            when is_scored then 'neutral'
        end as sentiment
    from polarities
)

select
    feedback_id,
    respondent_id,
    customer_id,
    occurred_at,
    touchpoint_id,
    language,
    is_scored,
    sentiment,
    cast(polarity as double) as polarity,
    cast(
        case when is_scored then round(least(1, (strongest_valence + emphasis) / 4), 6) end
        as double
    ) as emotional_intensity,
    case when is_scored then coalesce(emotion, 'none') end as emotion,
    case
        when asks_for_response and coalesce(sentiment, '') <> 'positive' then 'response_needed'
        when suggests then 'suggestion'
        when asks_for_response then 'response_needed'
        when thanks and coalesce(sentiment, 'positive') = 'positive' then 'praise'
        when sentiment = 'positive' then 'praise'
        else 'other'
    end as actionability,
    '{{ signal_version }}' as signal_version
from sentiments
