{#- A timestamp so many seconds later, or earlier when negative; fractions of a second are dropped. -#}
{% macro seconds_later(moment, seconds) -%}
    {{ return(adapter.dispatch('seconds_later', 'throughline')(moment, seconds)) }}
{%- endmacro %}


{% macro default__seconds_later(moment, seconds) -%}
    timestampadd(second, cast(floor({{ seconds }}) as bigint), {{ moment }})
{%- endmacro %}


{% macro duckdb__seconds_later(moment, seconds) -%}
    ({{ moment }} + to_seconds(cast(floor({{ seconds }}) as bigint)))
{%- endmacro %}
