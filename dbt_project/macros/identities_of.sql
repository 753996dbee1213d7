{#- One row per identity of each record. The caller's CTE `records` has source_record_id,
    observed_at and the columns that `columns` lists as (identity_type, column); a record without a
    value makes no row. Say `set_operator='union distinct'` where two columns of one record may give
    the same identity. -#}
{% macro identities_of(source_name, columns, set_operator='union all') -%}
{%- for identity_type, column in columns %}
{%- if not loop.first %}

{{ set_operator }}

{% endif -%}
select
    '{{ source_name }}' as source_name,
    source_record_id,
    '{{ identity_type }}' as identity_type,
    {{ column }} as identity_value,
    observed_at
from records
where {{ column }} is not null
{%- endfor %}
{%- endmacro %}
