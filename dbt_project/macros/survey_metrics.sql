{#- Which questions of the seed survey_questions a survey metric is made of, and on which scale. -#}
{% macro is_survey_metric() -%}
(
    metric in ('CSAT', 'CES', 'PSAT', 'OSAT')
    or (
        metric = 'NPS'
        and scale_minimum = 0
        and scale_maximum = 10
        and direction = 'higher_is_better'
    )
)
{%- endmacro %}

{% macro survey_scale() -%}
cast(scale_minimum as varchar) || '–' || cast(scale_maximum as varchar)
|| case when direction = 'lower_is_better' then ' reversed' else '' end
{%- endmacro %}
