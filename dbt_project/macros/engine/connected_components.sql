{#- Connected components of the graph whose edges tie a record to a key; `links` names a relation
    or CTE of (record_number, key_number), both bigint. Gives (record_number, component), component
    being the smallest record_number reachable, for every record in links. It runs until nothing
    changes, so the answer is exact, and takes about log2 of the longest chain in rounds: FastSV
    (Zhang, Azad and Buluç, 2020): every record hooks itself and its parent to the smallest
    grandparent seen through a shared key, then parents are replaced by grandparents. -#}
{% macro connected_components(links) -%}
    {{ return(adapter.dispatch('connected_components', 'throughline')(links)) }}
{%- endmacro %}


{% macro default__connected_components(links) -%}
    {{ exceptions.raise_compiler_error(
        "connected_components is written for DuckDB only: its recursion reads its own rows more "
        ~ "than once in a round; add " ~ target.type ~ "__connected_components for this engine"
    ) }}
{%- endmacro %}


{#- A key that only one record carries ties nothing and stays out of the rounds. -#}
{% macro duckdb__connected_components(links) -%}
    with recursive

    ties as materialized (
        select distinct
            links.record_number,
            links.key_number
        from {{ links }} as links
        inner join (
            select key_number
            from {{ links }}
            group by key_number
            having min(record_number) < max(record_number)
        ) as shared on links.key_number = shared.key_number
    ),

    labels (round, record_number, parent, grandparent) as (
        select
            0 as round,
            record_number,
            record_number as parent,
            record_number as grandparent
        from (select distinct record_number from ties) as tied

        union all

        select
            round,
            record_number,
            parent,
            grandparent
        from (
            with

            seen as (
                select
                    ties.key_number,
                    min(labels.grandparent) as smallest
                from ties
                inner join labels on ties.record_number = labels.record_number
                group by ties.key_number
            ),

            offered as (
                select
                    ties.record_number,
                    labels.parent,
                    seen.smallest
                from ties
                inner join labels on ties.record_number = labels.record_number
                inner join seen on ties.key_number = seen.key_number
            ),

            hooked as (
                select
                    record_number,
                    min(parent) as parent
                from (
                    select record_number, parent from labels
                    union all
                    select record_number, grandparent as parent from labels
                    union all
                    select record_number, smallest as parent from offered
                    union all
                    select parent as record_number, smallest as parent from offered
                ) as candidates
                group by record_number
            )

            select
                (select max(round) from labels) + 1 as round,
                hooked.record_number,
                hooked.parent,
                parents.parent as grandparent
            from hooked
            inner join hooked as parents on hooked.parent = parents.record_number
            where exists (
                select 1
                from hooked as changed
                inner join labels on changed.record_number = labels.record_number
                where changed.parent < labels.parent
            )
        ) as next_round
    ),

    settled as (
        select
            record_number,
            parent as component
        from labels
        where round = (select max(round) from labels)
    )

    select
        records.record_number,
        coalesce(settled.component, records.record_number) as component
    from (select distinct record_number from {{ links }}) as records
    left join settled on records.record_number = settled.record_number
{%- endmacro %}
