{#- A later moment of a row (solved, delivered, answered) that lies after the as-of date is not
    known yet: null. The rows themselves are cut in the unioned streams. -#}
{% macro known_by_as_of(moment) -%}
    case when cast({{ moment }} as date) <= {{ as_of_date() }} then {{ moment }} end
{%- endmacro %}
