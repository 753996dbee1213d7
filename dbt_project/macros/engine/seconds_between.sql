{#- Seconds from one timestamp to another, as a double with microseconds. dbt's datediff counts
    whole seconds and crossings of boundaries, not elapsed time. -#}
{% macro seconds_between(started_at, ended_at) -%}
    ({{ epoch_microseconds(ended_at) }} - {{ epoch_microseconds(started_at) }}) / 1e6
{%- endmacro %}
