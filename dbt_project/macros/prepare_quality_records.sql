{#- Creates the tables that the scorecard reads where no run's checks have written them yet, so that
    dbt alone can build the project: the scorecard is then empty. -#}
{% macro prepare_quality_records() -%}
    {%- set line = ['as_of_date date', 'run_id ' ~ dbt.type_string()] -%}
    {%- set text = dbt.type_string() -%}
    {%- set tables = {
        'expectation_results': [
            'suite_name ' ~ text, 'table_name ' ~ text, 'rule ' ~ text, 'severity ' ~ text,
            'status ' ~ text, 'statement ' ~ text, 'table_row_count bigint', 'waived_until date',
        ],
        'table_measures': ['table_name ' ~ text, 'rule ' ~ text, 'value double'],
        'held_batches': ['source_name ' ~ text, 'stream ' ~ text, 'file_name ' ~ text],
        'mart_lineage': ['mart_name ' ~ text, 'owner ' ~ text, 'upstream_table ' ~ text],
    } -%}
    {%- if execute -%}
        {%- do run_query('create schema if not exists quality') -%}
        {%- for name, columns in tables.items() -%}
            {%- do run_query(
                'create table if not exists quality.' ~ name ~ ' ('
                ~ ((line + columns) | join(', ')) ~ ')'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
