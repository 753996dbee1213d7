{#- A telephone number as identity: its digits, with the plus of an international one; null when
    fewer than seven digits are left, which is an extension rather than a number. -#}
{% macro phone_number(text) -%}
    {%- set digits = replace_pattern(text, '[^0-9]', '') -%}
    case
        when length({{ digits }}) < 7 then null
        when trim({{ text }}) like '+%' then '+' || {{ digits }}
        when trim({{ text }}) like '00%' then '+' || substr({{ digits }}, 3)
        else {{ digits }}
    end
{%- endmacro %}
