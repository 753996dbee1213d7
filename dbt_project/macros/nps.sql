{#- Variance of an NPS in points squared: (100 · standard error)², where
    SE = sqrt((p + d − (p − d)²) / n). -#}
{% macro nps_variance(promoters, detractors, n) -%}
    (10000.0e0 * (
        (({{ promoters }}) + ({{ detractors }})) * 1.0e0 / nullif({{ n }}, 0)
        - power((({{ promoters }}) - ({{ detractors }})) * 1.0e0 / nullif({{ n }}, 0), 2)
    ) / nullif({{ n }}, 0))
{%- endmacro %}


{#- Adjusted Wald bounds of an NPS in points: as if three more people had answered, three quarters
    of one a promoter and three quarters of one a detractor (MeasuringU). -#}
{% macro nps_lower(promoters, detractors, n) -%}
    {{ nps_bound(promoters, detractors, n, '-') }}
{%- endmacro %}


{% macro nps_upper(promoters, detractors, n) -%}
    {{ nps_bound(promoters, detractors, n, '+') }}
{%- endmacro %}


{% macro nps_bound(promoters, detractors, n, sign) -%}
    {%- set more_promoters = '((' ~ promoters ~ ') + 0.75e0)' -%}
    {%- set more_detractors = '((' ~ detractors ~ ') + 0.75e0)' -%}
    {%- set more_answers = '((' ~ n ~ ') + 3.0e0)' -%}
    (case when ({{ n }}) > 0 then greatest(-100.0e0, least(100.0e0,
        100.0e0 * ({{ more_promoters }} - {{ more_detractors }}) / {{ more_answers }}
        {{ sign }} {{ var('z_score') }}e0
            * sqrt({{ nps_variance(more_promoters, more_detractors, more_answers) }})
    )) end)
{%- endmacro %}
