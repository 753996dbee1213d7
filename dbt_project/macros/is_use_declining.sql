{#- Use fell by more than half from a level that means something: ten events a month are two or three
    short visits, below which half is noise. -#}
{% macro is_use_declining(recent, previous) -%}
    ({{ previous }} >= 10 and {{ recent }} < 0.5 * {{ previous }})
{%- endmacro %}
