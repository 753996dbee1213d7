{#- Stands for "still running" where moments are compared; never leaves the model that uses it. -#}
{% macro end_of_time() -%}
    cast('9999-01-01 00:00:00' as timestamp)
{%- endmacro %}
