{#- The kind of key that a vendor's field for "your own id" holds. Two vendors may be fed from two
    numberings in which 1001 is another customer each, so by default the key is the vendor's alone;
    the variable external_id_types says which numbering it is, and then it joins. -#}
{% macro external_id_type(field) -%}
    {{ return(var('external_id_types').get(field, field ~ '_external_id')) }}
{%- endmacro %}
