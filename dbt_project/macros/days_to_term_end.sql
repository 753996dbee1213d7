{#- Whole days until the running term ends, terms of `months` months following each other from
    `term_started_date`. Months count 30.4375 days, so the answer may be a day off. -#}
{% macro days_to_term_end(term_started_date, as_of_date, months) -%}
    {%- set elapsed = datediff(term_started_date, as_of_date, 'day') -%}
    {%- set term = '(30.4375 * ' ~ months ~ ')' -%}
    cast(round({{ term }} * (floor({{ elapsed }} / {{ term }}) + 1) - {{ elapsed }}) as bigint)
{%- endmacro %}
