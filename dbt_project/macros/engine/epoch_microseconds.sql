{#- Microseconds since 1970 of a timestamp in UTC. -#}
{% macro epoch_microseconds(moment) -%}
    {{ return(adapter.dispatch('epoch_microseconds', 'throughline')(moment)) }}
{%- endmacro %}


{% macro default__epoch_microseconds(moment) -%}
    unix_micros({{ moment }})
{%- endmacro %}


{% macro duckdb__epoch_microseconds(moment) -%}
    epoch_us({{ moment }})
{%- endmacro %}
