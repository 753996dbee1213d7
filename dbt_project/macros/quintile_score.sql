{#- Score 1 to 5 by the share of customers of the same kind of business that lie below; equal values
    share a score. A window expression over columns churn_basis and the one ordered by, and over a
    further one when rows of several days are scored at once. -#}
{% macro quintile_score(ordering, also_by=none) -%}
    {%- set group = [also_by, 'churn_basis'] | select | join(', ') -%}
    cast(
        least(
            5,
            1 + floor(
                5 * percent_rank() over (
                    partition by {{ group }}
                    order by {{ ordering }}
                )
            )
        ) as bigint
    )
{%- endmacro %}
