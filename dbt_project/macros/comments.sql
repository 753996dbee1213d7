{#- Whole days from a moment to the as-of date; 0 on the as-of date itself. -#}
{% macro days_before_as_of(moment) -%}
    {{ dbt.datediff('cast(' ~ moment ~ ' as date)', as_of_date(), 'day') }}
{%- endmacro %}


{#- Whether a comment reads well as a quote: more than an exclamation, less than a letter. -#}
{% macro is_quotable(comment) -%}
    (length({{ comment }}) between 25 and 280)
{%- endmacro %}


{#- How often a mark stands in a text; most texts have none, and are only looked through. -#}
{% macro mark_count(text, mark) -%}
    (case
        when {{ text }} like '%{{ mark }}%'
            then length({{ text }}) - length(replace({{ text }}, '{{ mark }}', ''))
        else 0
    end)
{%- endmacro %}
