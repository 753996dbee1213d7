{#- Score 1 to 5 by the share of customers of the same kind of business that lie below; equal values
    share a score. A window expression over columns churn_basis and the one ordered by. -#}
{% macro quintile_score(ordering) -%}
    cast(
        least(5, 1 + floor(5 * percent_rank() over (partition by churn_basis order by {{ ordering }})))
        as bigint
    )
{%- endmacro %}
