{% macro is_source_enabled(source_name) -%}
    {%- do return(source_name in var('sources')) -%}
{%- endmacro %}
