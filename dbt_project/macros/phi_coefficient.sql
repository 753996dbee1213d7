{#- Correlation of two yes-or-no measures (phi, which is Pearson's r of zeros and ones) from counts:
    n pairs, how many are yes in the first, in the second, in both. Null when one of them never
    varies. -#}
{% macro phi_coefficient(n, first, second, both) -%}
    (
        (({{ n }}) * 1.0e0 * ({{ both }}) - ({{ first }}) * 1.0e0 * ({{ second }}))
        / nullif(sqrt(
            (({{ first }}) * 1.0e0 * (({{ n }}) - ({{ first }})))
            * (({{ second }}) * 1.0e0 * (({{ n }}) - ({{ second }})))
        ), 0)
    )
{%- endmacro %}
