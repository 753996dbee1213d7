{#- Share of a conversion that one of its touches gets: all for the only one, half each for two, else
    40 % for the first, 40 % for the last, and 20 % shared between those in the middle. -#}
{% macro position_credit(touch_number, touch_count) -%}
    (case
        when {{ touch_count }} = 1 then 1.0e0
        when {{ touch_count }} = 2 then 0.5e0
        when {{ touch_number }} in (1, {{ touch_count }}) then 0.4e0
        else 0.2e0 / ({{ touch_count }} - 2)
    end)
{%- endmacro %}
