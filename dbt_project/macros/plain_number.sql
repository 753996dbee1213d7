{#- A number that stands alone in a text, as a double; null for anything else, so that "10 days" or
    an open answer never passes for a score. -#}
{% macro plain_number(text) -%}
    case
        when trim({{ text }}) = '' then null
        when {{ replace_pattern("trim(" ~ text ~ ")", '^[+-]?[0-9]+([.][0-9]+)?$', '') }} = ''
            then cast(trim({{ text }}) as double)
    end
{%- endmacro %}
