{#- The UTC moment at which the clocks of a zone show a local time. A time that the clocks repeat in
    autumn is its second pass; one that they skip in spring is as much later. -#}
{% macro local_to_utc(local_time, time_zone) -%}
    {{ return(adapter.dispatch('local_to_utc', 'throughline')(local_time, time_zone)) }}
{%- endmacro %}


{% macro default__local_to_utc(local_time, time_zone) -%}
    to_utc_timestamp({{ local_time }}, {{ time_zone }})
{%- endmacro %}


{% macro duckdb__local_to_utc(local_time, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_time }}))
{%- endmacro %}
