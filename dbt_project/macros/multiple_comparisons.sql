{#- Rows of a relation with p_value, and adjusted_p_value beside it: Benjamini & Hochberg (1995) within
    the family that the columns of partition_by name; without any, all rows are one family. Where many
    are compared at once, some differ by chance. order_by makes the order total; rows without a
    p-value do not count. Adds family_size and family_rank too. -#}
{% macro with_adjusted_p_values(relation, partition_by, order_by) -%}
    {%- set family = 'partition by ' ~ partition_by | join(', ') if partition_by else '' -%}
    select
        ranked.*,
        case
            when ranked.p_value is not null
                then least(1.0e0, min(
                    ranked.p_value * ranked.family_size / ranked.family_rank
                ) over (
                    {{ family }}
                    order by ranked.family_rank desc
                    rows between unbounded preceding and current row
                ))
        end as adjusted_p_value
    from (
        select
            *,
            count(p_value) over ({{ family }}) as family_size,
            row_number() over (
                {{ family }}
                order by p_value asc nulls last, {{ order_by | join(', ') }}
            ) as family_rank
        from {{ relation }}
    ) as ranked
{%- endmacro %}
