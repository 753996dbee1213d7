{#- The key by which a row names its customer, where it may hold several: the first that is there.
    `keys` is a list of (type of key, column). The row's own number is none of them: a person who
    answers a dozen surveys would seem to be a dozen accounts that share one address. -#}
{% macro first_key_type(keys) -%}
    case
        {%- for key_type, column in keys %}
        when {{ column }} is not null then '{{ key_type }}'
        {%- endfor %}
    end
{%- endmacro %}


{% macro first_key(keys) -%}
    coalesce({% for key_type, column in keys %}{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
