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


{#- Incremental models that this one reads, from its config: meta.reads_changes_of. -#}
{% macro models_read_by_change() -%}
    {%- do return((model.config.meta or {}).get('reads_changes_of', []) if execute else []) -%}
{%- endmacro %}


{#- The last change that there is for this model: what the models that it reads have seen, which
    may lag behind the log when only a part of the project is run. -#}
{% macro last_change_within_reach() -%}
    (
        select min(change_number)
        from (
            select coalesce(max(change_number), 0) as change_number
            from {{ ref('int_changed_scopes') }}
    {%- for name in models_read_by_change() %}
            union all
            select change_number
            from core.changes_consumed
            where consumer = '{{ name }}'
    {%- endfor %}
        ) as within_reach
    )
{%- endmacro %}


{#- The last change that this model has seen, the last that there is for it, and whether everything
    changed since: fct_interactions was built again as a whole, or the log begins anew below what
    the model has seen. -#}
{% macro changes_since_last_build() -%}
    {%- if not execute -%}
        {%- do return({'seen': 0, 'reach': 0, 'is_everything': false}) -%}
    {%- endif -%}
    {%- do prepare_consumed() -%}
    {%- set seen = run_query(
        "select coalesce(max(change_number), -1) from core.changes_consumed where consumer = '"
        ~ this.identifier ~ "'"
    ).columns[0].values()[0] -%}
    {%- set log = run_query(
        "select coalesce(max(change_number), 0), coalesce(max(case when scope_type = 'all' then"
        ~ " change_number end), 0), " ~ last_change_within_reach()
        ~ " from " ~ ref('int_changed_scopes')
    ).rows[0] -%}
    {%- do return({
        'seen': seen, 'reach': log[2], 'is_everything': seen > log[0] or seen < log[1]
    }) -%}
{%- endmacro %}


{#- Scopes that changed since this model last looked, as scope_type (customer or related) and
    scope_key. -#}
{% macro changed_scopes() -%}
    {%- set changes = changes_since_last_build() -%}
    {%- if changes.is_everything %}
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
    {%- else %}
    select distinct
        scope_type,
        scope_key
    from {{ ref('int_changed_scopes') }}
    where
        change_number > {{ changes.seen }}
        and change_number <= {{ changes.reach }}
        and scope_type <> 'all'
    {%- endif %}
{%- endmacro %}


{#- Pre-hook of an incremental model: forget the rows of changed scopes, which are built again. A
    model that is rebuilt as a whole has nothing to forget. -#}
{% macro forget_changed_scopes(scope_column='scope_key') -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    {%- if not changes_since_last_build().is_everything %}
    where {{ scope_column }} in (select scope_key from ({{ changed_scopes() }}))
    {%- endif %}
    {%- endif -%}
{%- endmacro %}


{#- Post-hook: what this model has now seen, in the same transaction as its rows. -#}
{% macro mark_changes_consumed() -%}
    {%- if execute -%}{%- do prepare_consumed() -%}{%- endif -%}
    delete from core.changes_consumed where consumer = '{{ this.identifier }}';
    insert into core.changes_consumed
    select
        '{{ this.identifier }}',
        {{ last_change_within_reach() }}
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


{#- Post-hook of the log: what every model has seen. The newest entry stays, so that numbers go on
    rising and nobody takes a shortened log for one that begins anew. -#}
{% macro forget_consumed_changes() -%}
    {%- if execute -%}{%- do prepare_consumed() -%}{%- endif -%}
    delete from {{ this }}
    where
        scope_type <> 'all'
        and change_number <= (select min(change_number) from core.changes_consumed)
        and change_number < (select max(change_number) from {{ this }})
{%- endmacro %}
