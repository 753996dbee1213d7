{#- How sums over a fact are kept from run to run instead of being added up again.

    A fact that is rebuilt by scopes (see changes.sql) writes what it loses and what it gains into
    a table beside it, core.<fact>_changes: its rows with the weight -1 or +1 and the number of the
    change. A model of sums adds these to what it has kept. Only what can be taken back is kept:
    counts, never a maximum, a distinct count or a percentile (see time_buckets.sql for these). -#}


{% macro changes_of(fact) -%}
    {%- do return(api.Relation.create(
        database=target.database, schema='core', identifier=fact ~ '_changes', type='table'
    )) -%}
{%- endmacro %}


{#- Whether a fact goes on with its changes; built as a whole it begins them anew. -#}
{% macro goes_on_with_changes() -%}
    {%- do return(
        is_incremental()
        and stored_table('core', this.identifier ~ '_changes') is not none
        and not changes_since_last_build().is_everything
    ) -%}
{%- endmacro %}


{#- The rows that a fact has of the scopes that changed, into its changes. -#}
{% macro note_rows(weight) -%}
    insert into {{ changes_of(this.identifier) }}
    select
        {{ last_change_within_reach() }},
        {{ weight }},
        *
    from {{ this }}
    where scope_key in (select scope_key from ({{ changed_scopes() }}))
{%- endmacro %}


{#- Pre-hook of a fact, before its rows are forgotten: what it is about to lose, and away with what
    every model of sums has added. -#}
{% macro note_lost_rows() -%}
    {%- if goes_on_with_changes() -%}
    delete from {{ changes_of(this.identifier) }}
    where
        weight <> 0
        and change_number <= (select min(change_number) from core.changes_consumed);
    {{ note_rows(-1) }}
    {%- endif -%}
{%- endmacro %}


{#- Post-hook of a fact: what it has gained. Where it was built as a whole its changes begin anew,
    at a row of no weight that says since when they are complete. -#}
{% macro note_gained_rows() -%}
    {%- if goes_on_with_changes() -%}
    {{ note_rows(1) }}
    {%- else -%}
    drop table if exists {{ changes_of(this.identifier) }};
    create table {{ changes_of(this.identifier) }} as
    select
        cast(0 as bigint) as change_number,
        0 as weight,
        *
    from {{ this }}
    where 1 = 0;
    insert into {{ changes_of(this.identifier) }} (change_number, weight)
    select
        {{ last_change_within_reach() }},
        0
    {%- endif -%}
{%- endmacro %}


{#- Whether what changed since this model last looked stands in the changes of its facts. -#}
{% macro has_changes_of(facts) -%}
    {%- if not is_incremental() -%}{%- do return(false) -%}{%- endif -%}
    {%- set changes = changes_since_last_build() -%}
    {%- if changes.is_everything -%}{%- do return(false) -%}{%- endif -%}
    {%- for fact in facts -%}
        {%- if not stored_table('core', fact ~ '_changes') -%}{%- do return(false) -%}{%- endif -%}
        {%- set since = run_query(
            'select min(change_number) from ' ~ changes_of(fact) ~ ' where weight = 0'
        ).columns[0].values()[0] -%}
        {%- if since is none or since > changes.seen -%}{%- do return(false) -%}{%- endif -%}
    {%- endfor -%}
    {%- if (model.config.meta or {}).get('joins_changes') -%}
        {%- do return(are_noted_alike(facts, changes)) -%}
    {%- endif -%}
    {%- do return(true) -%}
{%- endmacro %}


{#- Whether the models that this one reads have seen the same changes. They have, unless somebody ran
    a part of the project by hand. -#}
{% macro is_read_at_one_level() -%}
    {%- if not execute -%}{%- do return(true) -%}{%- endif -%}
    {%- set levels = run_query(
        "select count(distinct change_number) from core.changes_consumed where consumer in ('"
        ~ models_read_by_change() | join("', '") ~ "')"
    ).columns[0].values()[0] -%}
    {%- do return(levels == 1) -%}
{%- endmacro %}


{#- What a fact now has of the scopes that changed, or all of it. Its changes are read and not the
    fact itself, of which a scope's rows lie anywhere. -#}
{% macro rows_of_changed_scopes(fact) -%}
    {%- if has_changes_of([fact]) and is_read_at_one_level() -%}
    select changed_rows.*
    from {{ changes_of(fact) }} as changed_rows
    inner join (
        select
            scope_key,
            max(change_number) as change_number
        from {{ changes_of(fact) }}
        where
            weight <> 0
            and change_number > {{ changes_since_last_build().seen }}
            and change_number <= {{ changes_since_last_build().reach }}
        group by scope_key
    ) as newest
        on
            changed_rows.scope_key = newest.scope_key
            and changed_rows.change_number = newest.change_number
    where changed_rows.weight = 1
    {%- else -%}
    select *
    from {{ ref(fact) }}
    {%- if is_incremental() %}
    where scope_key in (select scope_key from ({{ changed_scopes() }}))
    {%- endif %}
    {%- endif -%}
{%- endmacro %}


{#- Rows of a fact with a weight: those by which kept sums must change, or all of them. -#}
{% macro weighted_rows(fact) -%}
    {%- if has_changes_of(models_read_by_change()) -%}
    select *
    from {{ changes_of(fact) }}
    where
        weight <> 0
        and change_number > {{ changes_since_last_build().seen }}
        and change_number <= {{ changes_since_last_build().reach }}
    {%- else -%}
    select
        *,
        0 as change_number,
        1 as weight
    from {{ ref(fact) }}
    {%- endif -%}
{%- endmacro %}


{#- Pre-hook of a model of sums. -#}
{% macro forget_sums_that_begin_anew() -%}
    {%- if is_incremental() and not has_changes_of(models_read_by_change()) -%}
    delete from {{ this }}
    {%- endif -%}
{%- endmacro %}


{#- Sums with what is kept of the same keys. -#}
{% macro with_kept_sums(changed, keys, sums) -%}
    select
        {%- for key in keys %}
        {{ changed }}.{{ key }},
        {%- endfor %}
        {%- for sum in sums %}
        {%- if has_changes_of(models_read_by_change()) %}
        cast({{ changed }}.{{ sum }} + coalesce(kept.{{ sum }}, 0) as bigint) as {{ sum }}
        {%- else %}
        cast({{ changed }}.{{ sum }} as bigint) as {{ sum }}
        {%- endif %}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ changed }}
    {%- if has_changes_of(models_read_by_change()) %}
    left join {{ this }} as kept
        on
        {%- for key in keys %}
            {% if not loop.first %}and {% endif %}{{ changed }}.{{ key }} = kept.{{ key }}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}


{#- Post-hook of a model of sums: cells that nothing is left in, and what it has seen. -#}
{% macro mark_sums_kept(count_column) -%}
    delete from {{ this }} where {{ count_column }} = 0;
    {{ mark_changes_consumed() }};
    {%- if not has_changes_of(models_read_by_change()) and not is_read_at_one_level() %}
    -- Added up over facts of different days: to be done again.
    update core.changes_consumed
    set change_number = -1
    where consumer = '{{ this.identifier }}'
    {%- endif -%}
{%- endmacro %}
