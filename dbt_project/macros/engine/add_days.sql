{#- A timestamp moved by a number of days that may be a column. -#}
{% macro add_days(moment, days) -%}
    {{ return(adapter.dispatch('add_days', 'throughline')(moment, days)) }}
{%- endmacro %}


{% macro default__add_days(moment, days) -%}
    timestampadd(day, {{ days }}, {{ moment }})
{%- endmacro %}


{% macro duckdb__add_days(moment, days) -%}
    ({{ moment }} + to_days(cast({{ days }} as integer)))
{%- endmacro %}
