{#- Whether a moment lies before the end of the as-of date. -#}
{% macro is_over_by_as_of(moment) -%}
    {{ moment }} < {{ add_days('cast(' ~ as_of_date() ~ ' as timestamp)', 1) }}
{%- endmacro %}
