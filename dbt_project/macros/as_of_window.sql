{#- First moment after the as-of day. -#}
{% macro as_of_end() -%}
    cast({{ dbt.dateadd('day', 1, as_of_date()) }} as timestamp)
{%- endmacro %}


{#- First moment of the last `days` days, of which the as-of day is the last. -#}
{% macro last_days_start(days) -%}
    cast({{ dbt.dateadd('day', 1 - days, as_of_date()) }} as timestamp)
{%- endmacro %}
