{#- How a daily run touches only what changed.

    fct_interactions keeps its rows from run to run. A run compares what has landed with what is
    stored (int_interaction_loads, int_interactions_changed), notes whose interactions differ
    (int_changed_scopes) before it writes them, and every model downstream rebuilds those scopes
    alone: the rows of a customer, or of one ticket or order. What a model has seen stands in
    core.changes_consumed, written in the model's own transaction, so a run that is killed anywhere
    is made good by the next. -#}


{#- A table as the last run left it; none in a full refresh or before the first run. -#}
{% macro stored_table(schema, name) -%}
    {%- if not execute or flags.FULL_REFRESH -%}{%- do return(none) -%}{%- endif -%}
    {%- do return(adapter.get_relation(database=target.database, schema=schema, identifier=name)) -%}
{%- endmacro %}


{#- The key of a related object, such as a ticket, among all others. -#}
{% macro related_key(related_type, related_id) -%}
    {{ related_type }} || '|' || {{ related_id }}
{%- endmacro %}


{#- Scopes that changed since this model last looked: scope_type (customer or related), scope_key.
    A rebuilt fct_interactions, or a log that starts anew, changes all of them. -#}
{% macro changed_scopes() -%}
    {%- set log = ref('int_changed_scopes') -%}
    {%- set seen = namespace(number=-1) -%}
    {%- set all = namespace(changed=false) -%}
    {%- if execute -%}
        {%- do prepare_consumed() -%}
        {%- set found = run_query(
            "select max(change_number) from core.changes_consumed where consumer = '"
            ~ this.identifier ~ "'"
        ).columns[0].values() -%}
        {%- set seen.number = found[0] if found[0] is not none else -1 -%}
        {%- set state = run_query(
            "select coalesce(max(change_number), 0), coalesce(max(case when scope_type = 'all' then"
            ~ " change_number end), 0) from " ~ log
        ).rows[0] -%}
        {%- set all.changed = seen.number > state[0] or seen.number < state[1] -%}
    {%- endif -%}
    {%- if all.changed %}
    select distinct
        'customer' as scope_type,
        customer_id as scope_key
    from {{ ref('fct_interactions') }}
    where customer_id is not null
    union
    select distinct
        'related' as scope_type,
        {{ related_key('related_type', 'related_id') }} as scope_key
    from {{ ref('fct_interactions') }}
    where related_id is not null
    union
    {%- endif %}
    select distinct
        scope_type,
        scope_key
    from {{ log }}
    where change_number > {{ seen.number }} and scope_type <> 'all'
{%- endmacro %}


{#- Pre-hook of an incremental model: forget the rows of changed scopes, which are built again. A
    model that was rebuilt as a whole has nothing to forget. -#}
{% macro forget_changed_scopes(scope_column='scope_key') -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where {{ scope_column }} in (select scope_key from ({{ changed_scopes() }}))
    {%- endif -%}
{%- endmacro %}


{#- Post-hook: what this model has now seen, in the same transaction as its rows. -#}
{% macro mark_changes_consumed() -%}
    {%- if execute -%}{%- do prepare_consumed() -%}{%- endif -%}
    delete from core.changes_consumed where consumer = '{{ this.identifier }}';
    insert into core.changes_consumed
    select
        '{{ this.identifier }}',
        coalesce(max(change_number), 0)
    from {{ ref('int_changed_scopes') }}
{%- endmacro %}


{% macro prepare_consumed() -%}
    {%- do run_query(
        'create table if not exists core.changes_consumed (consumer varchar, change_number bigint)'
    ) -%}
{%- endmacro %}


{#- Pre-hook of fct_interactions: rows that are gone or come again otherwise. -#}
{% macro forget_superseded_interactions() -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where
        interaction_id in (
            select interaction_id
            from {{ ref('int_interactions_changed') }}
            where change = 'superseded'
        )
    {%- endif -%}
{%- endmacro %}


{#- Post-hook of the log: what every model has seen. -#}
{% macro forget_consumed_changes() -%}
    {%- if execute -%}{%- do prepare_consumed() -%}{%- endif -%}
    delete from {{ this }}
    where
        scope_type <> 'all'
        and change_number <= (select min(change_number) from core.changes_consumed)
{%- endmacro %}
