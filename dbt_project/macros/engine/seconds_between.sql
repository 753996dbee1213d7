{#- Seconds from one timestamp to another, as a double with microseconds. dbt's datediff counts
    whole seconds and crossings of boundaries, not elapsed time. -#}
{% macro seconds_between(started_at, ended_at) -%}
    {{ return(adapter.dispatch('seconds_between', 'throughline')(started_at, ended_at)) }}
{%- endmacro %}


{% macro default__seconds_between(started_at, ended_at) -%}
    (unix_micros({{ ended_at }}) - unix_micros({{ started_at }})) / 1e6
{%- endmacro %}


{% macro duckdb__seconds_between(started_at, ended_at) -%}
    (epoch_us({{ ended_at }}) - epoch_us({{ started_at }})) / 1e6
{%- endmacro %}
