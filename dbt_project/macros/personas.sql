{#- Attributes that the rules of a persona may name, and those of them whose past is not kept: of
    these only today's value is known, whatever the day that is asked about. -#}
{% macro persona_attributes() -%}
    {%- do return([
        'segment', 'business_model', 'industry', 'country', 'size_band', 'lifecycle_state',
        'rfm_segment', 'value_band', 'attitude', 'buying_habit', 'is_engaged', 'recency_days',
        'frequency', 'monetary_amount',
    ]) -%}
{%- endmacro %}


{% macro persona_attributes_of_today() -%}
    {%- do return(['segment', 'business_model', 'industry', 'country', 'size_band']) -%}
{%- endmacro %}


{#- The first persona, in match_order, all of whose rules hold: one row per value of the keys that
    has one, with persona_id and the match_order that it came by. The relation has every attribute
    as a column; a rule about an attribute that is null does not hold. Personas are data: a rule
    picks its attribute by name. -#}
{% macro first_matching_personas(relation, keys) -%}
    select
        {{ keys | join(', ') }},
        persona_id,
        match_order
    from (
        select
            met.*,
            personas.match_order,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by personas.match_order, met.persona_id
            ) as match_number
        from (
            select
                {{ keys | join(', ') }},
                persona_id,
                count(*) as met_count
            from (
                select
                    {%- for key in keys %}
                    tried.{{ key }},
                    {%- endfor %}
                    rules.persona_id,
                    rules.comparison,
                    rules.value as wanted,
                    case rules.attribute
                        {%- for attribute in persona_attributes() %}
                        when '{{ attribute }}' then cast(tried.{{ attribute }} as varchar)
                        {%- endfor %}
                    end as value
                from {{ relation }} as tried
                cross join {{ ref('persona_rules') }} as rules
            ) as rules_tried
            where
                case comparison
                    when 'is' then concat('|', wanted, '|') like concat('%|', value, '|%')
                    when 'is_not' then concat('|', wanted, '|') not like concat('%|', value, '|%')
                    when 'at_least' then {{ plain_number('value') }} >= {{ plain_number('wanted') }}
                    when 'at_most' then {{ plain_number('value') }} <= {{ plain_number('wanted') }}
                end
                and value is not null
            group by {{ keys | join(', ') }}, persona_id
        ) as met
        inner join {{ ref('personas') }} as personas on met.persona_id = personas.persona_id
        inner join (
            select
                persona_id,
                count(*) as rule_count
            from {{ ref('persona_rules') }}
            group by persona_id
        ) as sizes
            on met.persona_id = sizes.persona_id and met.met_count = sizes.rule_count
    ) as matched
    where match_number = 1
{%- endmacro %}
