{#- The parts of a text between a mark, as a list; null for a null. -#}
{% macro split_text(text, mark) -%}
    {{ return(adapter.dispatch('split_text', 'throughline')(text, mark)) }}
{%- endmacro %}


{% macro default__split_text(text, mark) -%}
    split({{ text }}, '{{ mark }}')
{%- endmacro %}


{% macro duckdb__split_text(text, mark) -%}
    string_split({{ text }}, '{{ mark }}')
{%- endmacro %}
