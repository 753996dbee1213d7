{#- Whether a source other than the named ones feeds a stream. What a web page measured (orders,
    persons) counts only where no system of record tells it. -#}
{% macro is_supplied_elsewhere(stream, measured_by) -%}
    {%- set others = var('streams').get(stream, []) | reject('in', measured_by) | list -%}
    {%- do return(others | length > 0) -%}
{%- endmacro %}
