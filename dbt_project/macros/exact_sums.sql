{#- Sum and mean of fractions to nine decimals. Sums of floating-point numbers depend on the order in which
    threads add them; sums of decimals do not, so the same rows give the same bytes. -#}
{% macro exact_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(28, 9))) as double)
{%- endmacro %}


{% macro exact_average(value) -%}
    {{ exact_sum(value) }} / nullif(count({{ value }}), 0)
{%- endmacro %}
