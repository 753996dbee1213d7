{#- An e-mail address as identity: trimmed and in lower case, null when nothing is left of it. -#}
{% macro email_address(text) -%}
    nullif(lower(trim({{ text }})), '')
{%- endmacro %}
