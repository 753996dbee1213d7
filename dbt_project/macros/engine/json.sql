{#- Reading of JSON that sources deliver nested or with keys that no contract can know. Text comes
    out as text, without quotes; what is not there, and a JSON null, is null. -#}


{#- The text at a path that is known, such as `$.person.email`. -#}
{% macro json_text(document, path) -%}
    {{ return(adapter.dispatch('json_text', 'throughline')(document, path)) }}
{%- endmacro %}


{% macro default__json_text(document, path) -%}
    get_json_object({{ document }}, '{{ path }}')
{%- endmacro %}


{% macro duckdb__json_text(document, path) -%}
    json_extract_string({{ document }}, '{{ path }}')
{%- endmacro %}


{#- The names of an object's members, as a list; an empty one for what is no object. -#}
{% macro json_member_names(document) -%}
    {{ return(adapter.dispatch('json_member_names', 'throughline')(document)) }}
{%- endmacro %}


{% macro default__json_member_names(document) -%}
    json_object_keys({{ document }})
{%- endmacro %}


{% macro duckdb__json_member_names(document) -%}
    json_keys({{ document }})
{%- endmacro %}


{#- The text of the member whose name stands in a column. -#}
{% macro json_member(document, name) -%}
    {{ return(adapter.dispatch('json_member', 'throughline')(document, name)) }}
{%- endmacro %}


{% macro default__json_member(document, name) -%}
    element_at(from_json({{ document }}, 'map<string, string>'), {{ name }})
{%- endmacro %}


{#- A pointer rather than a path, for a name may hold quotes, dots and slashes. -#}
{% macro duckdb__json_member(document, name) -%}
    json_extract_string(
        {{ document }}, '/' || replace(replace({{ name }}, '~', '~0'), '/', '~1')
    )
{%- endmacro %}


{#- The items of an array, as a list of JSON; null for what is no array. -#}
{% macro json_items(document) -%}
    {{ return(adapter.dispatch('json_items', 'throughline')(document)) }}
{%- endmacro %}


{% macro default__json_items(document) -%}
    from_json({{ document }}, 'array<string>')
{%- endmacro %}


{% macro duckdb__json_items(document) -%}
    try_cast({{ document }} as json[])
{%- endmacro %}


{#- A part of a document at a path that is known, still as JSON. -#}
{% macro json_part(document, path) -%}
    {{ return(adapter.dispatch('json_part', 'throughline')(document, path)) }}
{%- endmacro %}


{% macro default__json_part(document, path) -%}
    get_json_object({{ document }}, '{{ path }}')
{%- endmacro %}


{% macro duckdb__json_part(document, path) -%}
    json_extract({{ document }}, '{{ path }}')
{%- endmacro %}
