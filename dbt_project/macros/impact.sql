{#- Impact of a touchpoint on one side, positive or negative: the share of commenting customers who
    mention it times the mean intensity of its mentions on that side; 0 where nobody feels so. -#}
{% macro impact(mentioning, commenting, strength, mentions) -%}
    ({{ mentioning }} * 1.0e0 / nullif({{ commenting }}, 0)
        * coalesce({{ strength }} / nullif({{ mentions }}, 0), 0))
{%- endmacro %}
