{#- What a visit says of the way it came: source, medium and campaign in one text, the key by which
    traffic_channels_of finds its channel; null when it says nothing. -#}
{% macro traffic_key(source, medium, campaign) -%}
    nullif(
        {%- for said in [source, medium, campaign] %}
        coalesce(nullif(lower(trim({{ said }})), '(not set)'), '')
        {%- if not loop.last %} || '|' ||{% endif -%}
        {%- endfor %},
        '||'
    )
{%- endmacro %}


{#- The marketing channel of every key that a relation holds, by the first rule of the seed
    traffic_channels that fits. Few visits
    say anything new, so the patterns are tried on what differs and not on every event. -#}
{% macro traffic_channels_of(relation, rules) -%}
    select
        traffic_key,
        case when rule_order is null then 'other' else nullif(marketing_channel, '') end
            as marketing_channel
    from (
        select
            said.traffic_key,
            rules.rule_order,
            rules.marketing_channel,
            row_number() over (partition by said.traffic_key order by rules.rule_order) as fit_number
        from (
            select distinct traffic_key
            from {{ relation }}
            where traffic_key is not null
        ) as said
        left join {{ rules }} as rules
            on
                {{ dbt.split_part('said.traffic_key', "'|'", 1) }} like rules.source_pattern
                and {{ dbt.split_part('said.traffic_key', "'|'", 2) }} like rules.medium_pattern
                and {{ dbt.split_part('said.traffic_key', "'|'", 3) }} like rules.campaign_pattern
    ) as fitting
    where fit_number = 1
{%- endmacro %}
