{#- Sums over two facts joined, kept by their changes.

    A fact loses and gains a scope's rows all at once, under the number of the change. What one fact
    lost belongs to what the other lost under the same number, and so with what they gained; joined
    on that, the differences of the join are those of its sums. A model says so by
    meta.joins_changes. Facts of which one was run by hand without the other have noted different
    numbers, and the sums are added up again. -#}


{#- Whether these facts noted their changes under the same numbers since this model last looked. -#}
{% macro are_noted_alike(facts, changes) -%}
    {%- set noted -%}
    select count(*)
    from (
        select change_number
        from (
            {%- for fact in facts %}
            select distinct
                '{{ fact }}' as fact,
                change_number
            from {{ changes_of(fact) }}
            where
                weight <> 0
                and change_number > {{ changes.seen }}
                and change_number <= {{ changes.reach }}
            {%- if not loop.last %}
            union all
            {%- endif %}
            {%- endfor %}
        ) as noted
        group by change_number
        having count(*) <> {{ facts | length }}
    ) as noted_by_some
    {%- endset -%}
    {%- do return(run_query(noted).columns[0].values()[0] == 0) -%}
{%- endmacro %}
