{#- A Salesforce id in its long form. Reports and formulas give 15 characters that differ by case
    alone; the other three say which of them are capitals, five to a character, the first of the
    five counting least. Anything of another length stays as it is. -#}
{% macro salesforce_id(text) -%}
    {%- set alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345' -%}
    case
        when length({{ text }}) = 15
            then {{ text }}
            {%- for group in range(3) %}
            || substr(
                '{{ alphabet }}',
                1
                {%- for place in range(5) %}
                {%- set character = "substr(" ~ text ~ ", " ~ (group * 5 + place + 1) ~ ", 1)" %}
                + case when {{ character }} <> lower({{ character }}) then {{ 2 ** place }} else 0 end
                {%- endfor %},
                1
            )
            {%- endfor %}
        else {{ text }}
    end
{%- endmacro %}
