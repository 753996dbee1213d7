{#- A twelfth of a mean year of 365.25 days. -#}
{% macro seconds_per_month() -%}
    2629800.0
{%- endmacro %}
