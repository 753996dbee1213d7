{#- The last value that is not null, of the rows of a window up to the current one. -#}
{% macro last_known(value, window) -%}
    {{ return(adapter.dispatch('last_known', 'throughline')(value, window)) }}
{%- endmacro %}


{% macro default__last_known(value, window) -%}
    last_value({{ value }}) ignore nulls over {{ window }}
{%- endmacro %}


{% macro duckdb__last_known(value, window) -%}
    last_value({{ value }} ignore nulls) over {{ window }}
{%- endmacro %}
