{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas carry the layer's own name, so that a table is found where the docs say it is. -#}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
