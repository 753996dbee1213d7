{{ config(meta={'dagster': {'ref': {'name': 'theme_keywords'}}}) }}

-- An asterisk only stands at the end, after three letters or more: elsewhere it matches nothing,
-- and after fewer letters it matches anything. Marks that the text loses before it is searched
-- would keep a phrase from ever being found.
with patterns as (
    select keyword as pattern
    from {{ ref('theme_keywords') }}
    union all
    select phrase as pattern
    from {{ ref('actionability_phrases') }}
)

select pattern
from patterns
where
    replace(pattern, '*', '') <> case
        when pattern like '%*' then left(pattern, length(pattern) - 1)
        else pattern
    end
    or pattern like '% __*'
    or pattern like '% _*'
    or length(replace(pattern, '*', '')) < 3
    or pattern <> trim(pattern)
    or pattern <> lower(pattern)
    or pattern like '%  %'
    or {{ plain_text("replace(pattern, '*', '')") }}
    <> {{ without_accents("replace(pattern, '*', '')") }}
