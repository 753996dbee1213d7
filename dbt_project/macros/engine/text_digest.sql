{#- A text's MD5 as a 128-bit number: tells texts apart without showing them; null stays null. -#}
{% macro text_digest(text) -%}
    {{ return(adapter.dispatch('text_digest', 'throughline')(text)) }}
{%- endmacro %}


{% macro default__text_digest(text) -%}
    md5({{ text }})
{%- endmacro %}


{% macro duckdb__text_digest(text) -%}
    md5_number({{ text }})
{%- endmacro %}
