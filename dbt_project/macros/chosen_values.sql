{#- Every value that records state for an attribute, best first by the attribute's rule (seed
    attribute_rules): `choice` 1 is the one that counts. `stated` names a relation of (key,
    attribute, value, source_name, record_number), record_number being 1 for the oldest record. An
    attribute without a rule goes by the oldest. -#}
{% macro chosen_values(stated, rules, key) -%}
    select
        counted.{{ key }},
        counted.attribute,
        counted.value,
        counted.source_name,
        counted.record_number,
        coalesce(rules.rule, 'oldest') as rule,
        row_number() over (
            partition by counted.{{ key }}, counted.attribute
            order by
                priorities.priority asc nulls last,
                case
                    when rules.rule = 'newest' then -counted.record_number
                    when rules.rule = 'most_frequent' then -counted.value_count
                    when rules.rule = 'longest' then -length(counted.value)
                    else counted.record_number
                end asc,
                counted.record_number asc
        ) as choice,
        priorities.priority is not null as is_by_priority
    from (
        select
            {{ key }},
            attribute,
            value,
            source_name,
            record_number,
            count(*) over (partition by {{ key }}, attribute, value) as value_count
        from {{ stated }}
    ) as counted
    left join {{ rules }} as rules on counted.attribute = rules.attribute
    left join {{ ref('attribute_source_priorities') }} as priorities
        on
            counted.attribute = priorities.attribute
            and counted.source_name = priorities.source_name
{%- endmacro %}
