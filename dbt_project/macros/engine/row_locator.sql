{#- Where a row of a table stands, for joining what was made of few of its columns with the others
    within one statement; the key does as well, and costs more the longer it is. -#}
{% macro row_locator(alias, key) -%}
    {{ return(adapter.dispatch('row_locator', 'throughline')(alias, key)) }}
{%- endmacro %}


{% macro default__row_locator(alias, key) -%}
    {{ alias }}.{{ key }}
{%- endmacro %}


{% macro duckdb__row_locator(alias, key) -%}
    {{ alias }}.rowid
{%- endmacro %}
