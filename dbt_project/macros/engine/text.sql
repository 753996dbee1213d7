{#- Text handling that engines spell differently. Lists are counted from 1; an index outside the list
    gives null. -#}


{#- The words of a text as written, split at white space. Emojis stand for themselves: lexicons list
    them one by one, and people write them without a space. -#}
{% macro split_words(text) -%}
    {{ return(adapter.dispatch('split_words', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__split_words(text) -%}
    {#- The regular expressions cost more than all the rest, so only texts that need them pay. -#}
    {%- set spaced = "translate(" ~ text ~ ", chr(9) || chr(10) || chr(13) || chr(160), '    ')" -%}
    {%- set padded -%}
        case
            when strlen({{ text }}) > length({{ text }}) and regexp_matches({{ text }}, '[\x{2600}-\x{27BF}\x{1F300}-\x{1FAFF}]')
                then regexp_replace({{ spaced }}, '([\x{2600}-\x{27BF}\x{1F300}-\x{1FAFF}])', ' \1 ', 'g')
            else {{ spaced }}
        end
    {%- endset -%}
    string_split(
        case
            when contains({{ padded }}, '  ') then trim(regexp_replace({{ padded }}, ' +', ' ', 'g'))
            else trim({{ padded }})
        end,
        ' '
    )
{%- endmacro %}


{#- The same words for finding phrases: lower case, punctuation as white space, so that a phrase is
    met as written and "billing/payment" is two words. A phrase never crosses punctuation, which
    leaves an empty word behind. -#}
{% macro split_plain_words(text) -%}
    {{ return(adapter.dispatch('split_plain_words', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__split_plain_words(text) -%}
    {%- set marks = '.,;:!?()[]{}"/\\|*_~<>=+&#@…‘“”' -%}
    string_split(
        translate(
            lower({{ text }}),
            '’' || chr(9) || chr(10) || chr(13) || chr(160) || '{{ marks }}',
            '''' || '{{ " " * (4 + marks | length) }}'
        ),
        ' '
    )
{%- endmacro %}


{#- One row per list item, with its place in the list, as two columns. -#}
{% macro explode_list(list, item_name, position_name) -%}
    {{ return(adapter.dispatch('explode_list', 'throughline')(list, item_name, position_name)) }}
{%- endmacro %}


{% macro duckdb__explode_list(list, item_name, position_name) -%}
    unnest({{ list }}) as {{ item_name }}, generate_subscripts({{ list }}, 1) as {{ position_name }}
{%- endmacro %}


{% macro list_item(list, index) -%}
    {{ return(adapter.dispatch('list_item', 'throughline')(list, index)) }}
{%- endmacro %}


{% macro duckdb__list_item(list, index) -%}
    {#- DuckDB counts a negative index from the end and index 0 as null. -#}
    (case when {{ index }} > 0 then {{ list }}[{{ index }}] end)
{%- endmacro %}


{#- Whether a list of words holds one that is not all capitals: shouting only means something
    beside words that do not shout. -#}
{% macro has_word_not_in_capitals(list) -%}
    {{ return(adapter.dispatch('has_word_not_in_capitals', 'throughline')(list)) }}
{%- endmacro %}


{% macro duckdb__has_word_not_in_capitals(list) -%}
    (len(list_filter({{ list }}, lambda word: upper(word) <> word or lower(word) = word)) > 0)
{%- endmacro %}


{#- A word as dictionaries spell it: no punctuation around it, lower case, no accents. What would
    be left with two characters or fewer is taken for an emoticon and keeps its punctuation (the
    rule of VADER's reference implementation). -#}
{% macro fold_word(word) -%}
    {{ return(adapter.dispatch('fold_word', 'throughline')(word)) }}
{%- endmacro %}


{% macro duckdb__fold_word(word) -%}
    {%- set marks = "'!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'" -%}
    {%- set straight = "replace(" ~ word ~ ", '’', '''')" -%}
    strip_accents(lower(
        case
            when length(trim({{ straight }}, {{ marks }})) <= 2 then {{ straight }}
            else trim({{ straight }}, {{ marks }})
        end
    ))
{%- endmacro %}


{#- A word without accents, for keywords that people type either way. -#}
{% macro without_accents(word) -%}
    {{ return(adapter.dispatch('without_accents', 'throughline')(word)) }}
{%- endmacro %}


{% macro duckdb__without_accents(word) -%}
    strip_accents({{ word }})
{%- endmacro %}
