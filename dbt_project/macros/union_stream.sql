{#- All rows of one canonical stream, from every enabled source that supplies it, up to the as-of
    date. A column that a source leaves out is null; one that the stream does not know, or a
    required one left out, stops the build with the file to mend. No source: an empty table.
    Identities and customers' keys are normalised by their type. -#}
{% macro union_stream(stream) -%}
    {%- set shape = canonical_streams()[stream] -%}
    {%- set suppliers = var('streams').get(stream, []) -%}
    {#- Values that name somebody, each with the column that holds its type. -#}
    {%- set identities = {
        'customer_key': 'customer_key_type', 'identity_value': 'identity_type',
        'left_key': 'left_key_type', 'right_key': 'right_key_type',
    } -%}
    {%- for source_name in suppliers %}
    {%- set relation = ref('stg_' ~ source_name ~ '__' ~ stream) -%}
    {%- set supplied = (
        adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list
        if execute else []
    ) -%}
    {%- if execute -%}{{ check_stream_columns(stream, shape, relation.identifier, supplied) }}{%- endif %}
    {% if not loop.first %}union all{% endif %}
    select
        {%- for column, type in shape.columns.items() %}
        {%- set name = column | replace('*', '') %}
        {%- set value = name if name in supplied or not execute else 'null' %}
        {%- if value == name and name in identities %}
            {%- set value = normalised_identity(identities[name], name) %}
        {%- endif %}
        cast({{ value }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- if shape.time %}
    where {{ shape.time }} is null or cast({{ shape.time }} as date) <= {{ as_of_date() }}
    {%- endif %}
    {%- else %}
    select
        {%- for column, type in shape.columns.items() %}
        cast(null as {{ type }}) as {{ column | replace('*', '') }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endfor %}
{%- endmacro %}


{% macro check_stream_columns(stream, shape, model_name, supplied) -%}
    {%- set known = [] -%}
    {%- set missing = [] -%}
    {%- for column in shape.columns -%}
        {%- set name = column | replace('*', '') -%}
        {%- do known.append(name) -%}
        {%- if column.startswith('*') and name not in supplied -%}{%- do missing.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- set unknown = supplied | reject('in', known) | list -%}
    {%- if missing or unknown -%}
        {{ exceptions.raise_compiler_error(
            model_name ~ ' does not fit the stream ' ~ stream ~ ': '
            ~ ('it must also supply ' ~ (missing | join(', ')) ~ '; ' if missing else '')
            ~ ('it supplies unknown columns ' ~ (unknown | join(', ')) ~ '; ' if unknown else '')
            ~ 'the stream has ' ~ (known | join(', '))
        ) }}
    {%- endif -%}
{%- endmacro %}
