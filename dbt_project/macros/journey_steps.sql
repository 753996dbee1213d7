{#- The required step that must have been reached before a declared step counts; the start when there
    is none. A window over the rows of the seed journey_steps. -#}
{% macro required_step_before() -%}
    coalesce(
        max(case when is_required then step_number end) over (
            partition by journey_id
            order by step_number
            rows between unbounded preceding and 1 preceding
        ),
        0
    )
{%- endmacro %}
