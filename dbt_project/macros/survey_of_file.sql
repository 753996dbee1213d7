{#- The survey that a row's file is an export of. Such files do not say it themselves: the folder
    below responses/ does, and where a file lies there by itself, its name up to the first point. -#}
{% macro survey_of_file(file) -%}
    case
        when {{ dbt.split_part(file, "'/'", 3) }} <> '' then {{ dbt.split_part(file, "'/'", 2) }}
        else {{ dbt.split_part(dbt.split_part(file, "'/'", 2), "'.'", 1) }}
    end
{%- endmacro %}
