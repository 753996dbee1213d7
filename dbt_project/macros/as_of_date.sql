{% macro as_of_date() -%}
    {#- The last day that counts, as a date literal. -#}
    {%- if execute and not var('as_of') -%}
        {{ exceptions.raise_compiler_error(
            "var 'as_of' is missing: give the last day that counts, as in --vars '{as_of: 2026-06-30}', "
            ~ "or run through `throughline dbt`, which fills it"
        ) }}
    {%- endif -%}
    cast('{{ var("as_of") or "1970-01-01" }}' as date)
{%- endmacro %}
