{#- Text handling that engines spell differently. Lists are counted from 1; an index outside the
    list gives null. -#}


{#- The words of a text as written, split at white space. Emojis stand for themselves: lexicons list
    them one by one, and people write them without a space. -#}
{% macro split_words(text) -%}
    {{ return(adapter.dispatch('split_words', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__split_words(text) -%}
    {#- Most texts are plain, and regular expressions cost more than all the rest. -#}
    {%- set emoji = '[\\x{2600}-\\x{27BF}\\x{1F300}-\\x{1FAFF}]' -%}
    (case
        when
            contains({{ text }}, '  ')
            or contains({{ text }}, chr(10))
            or contains({{ text }}, chr(9))
            or strlen({{ text }}) > length({{ text }})
            then string_split_regex(
                trim(regexp_replace({{ text }}, '({{ emoji }}|[\s\x{00A0}]+)', ' \1 ', 'g')),
                '[\s\x{00A0}]+'
            )
        else string_split(trim({{ text }}), ' ')
    end)
{%- endmacro %}


{% macro split_at_spaces(text) -%}
    {{ return(adapter.dispatch('split_at_spaces', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__split_at_spaces(text) -%}
    string_split({{ text }}, ' ')
{%- endmacro %}


{#- A text for finding phrases in: lower case, no accents, each punctuation mark and white space one
    space, so that "billing/payment" is two words and no phrase is found across a comma and the
    space after it. -#}
{% macro plain_text(text) -%}
    {{ return(adapter.dispatch('plain_text', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__plain_text(text) -%}
    {%- set marks = '.,;:!?()[]{}"/\\|*_~<>=+&#@…‘“”' -%}
    strip_accents(translate(
        lower({{ text }}),
        '’' || chr(9) || chr(10) || chr(13) || chr(160) || '{{ marks }}',
        '''' || '{{ " " * (4 + marks | length) }}'
    ))
{%- endmacro %}


{#- People type letters with or without their accents. -#}
{% macro without_accents(text) -%}
    {{ return(adapter.dispatch('without_accents', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__without_accents(text) -%}
    strip_accents({{ text }})
{%- endmacro %}


{#- One row per list item, with its place in the list, as two columns. -#}
{% macro explode_list(list, item_name, position_name) -%}
    {{ return(adapter.dispatch('explode_list', 'throughline')(list, item_name, position_name)) }}
{%- endmacro %}


{% macro duckdb__explode_list(list, item_name, position_name) -%}
    unnest({{ list }}) as {{ item_name }},
        generate_subscripts({{ list }}, 1) as {{ position_name }}
{%- endmacro %}


{#- One row per list item. -#}
{% macro explode_items(list, item_name) -%}
    {{ return(adapter.dispatch('explode_items', 'throughline')(list, item_name)) }}
{%- endmacro %}


{% macro duckdb__explode_items(list, item_name) -%}
    unnest({{ list }}) as {{ item_name }}
{%- endmacro %}


{% macro list_item(list, index) -%}
    {{ return(adapter.dispatch('list_item', 'throughline')(list, index)) }}
{%- endmacro %}


{% macro duckdb__list_item(list, index) -%}
    {#- A negative index would count from the end. -#}
    (case when {{ index }} > 0 then {{ list }}[{{ index }}] end)
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


{#- Names in small letters with everything that is no letter made a space. -#}
{% macro plain_names(text) -%}
    {{ replace_pattern('lower(' ~ text ~ ')', '[^\\pL]+', ' ') }}
{%- endmacro %}


{#- The distinct values of a group as a list in their order. -#}
{% macro sorted_list(value) -%}
    {{ return(adapter.dispatch('sorted_list', 'throughline')(value)) }}
{%- endmacro %}


{% macro duckdb__sorted_list(value) -%}
    list_sort(list(distinct {{ value }}))
{%- endmacro %}


{#- The words of a list from one place to another, with a space between them; places outside the
    list are none. -#}
{% macro words_between(words, first, last) -%}
    {{ return(adapter.dispatch('words_between', 'throughline')(words, first, last)) }}
{%- endmacro %}


{% macro duckdb__words_between(words, first, last) -%}
    {#- A place before the first would count from the end. -#}
    array_to_string(list_slice({{ words }}, greatest({{ first }}, 1), greatest({{ last }}, 0)), ' ')
{%- endmacro %}


{#- Whether a pattern (RE2, also valid in Java) matches anywhere in a text. -#}
{% macro has_pattern(text, pattern) -%}
    {{ return(adapter.dispatch('has_pattern', 'throughline')(text, pattern)) }}
{%- endmacro %}


{% macro duckdb__has_pattern(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}
