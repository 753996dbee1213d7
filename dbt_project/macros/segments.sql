{#- State of the relationship. Arguments are expressions: basis (contractual, silence, none), whether
    the customer is one, began in the last new_customer_days, had left before, has a subscription
    that lapsed, days of silence of a buyer, gave no sign of life for dormant_days, uses less. -#}
{% macro lifecycle_state(
    basis, is_active, is_new, had_left, has_lapsed, silent_days, is_quiet, is_declining
) -%}
    case
        when {{ basis }} = 'none' then 'prospect'
        when not {{ is_active }} then 'churned'
        when {{ is_new }} then case when {{ had_left }} then 'won_back' else 'new' end
        when {{ basis }} = 'contractual' and {{ has_lapsed }} then 'at_risk'
        when
            {{ basis }} = 'silence' and {{ silent_days }} > {{ var('inactivity_days') }} * 0.75
            then 'dormant'
        when
            {{ basis }} = 'silence' and {{ silent_days }} > {{ var('inactivity_days') }} * 0.5
            then 'at_risk'
        when {{ basis }} = 'contractual' and {{ is_quiet }} then 'dormant'
        when {{ basis }} = 'contractual' and {{ is_declining }} then 'at_risk'
        else 'active'
    end
{%- endmacro %}


{#- Attitude from the last answer to the NPS question. -#}
{% macro attitude(last_nps) -%}
    case
        when {{ last_nps }} >= 9 then 'fanatic'
        when {{ last_nps }} >= 7 then 'neutral'
        when {{ last_nps }} is not null then 'skeptic'
        else 'unknown'
    end
{%- endmacro %}


{#- Band by money from the quintile score. -#}
{% macro value_band(monetary_score) -%}
    case
        when {{ monetary_score }} is null then 'none'
        when {{ monetary_score }} = 5 then 'high'
        when {{ monetary_score }} >= 2 then 'medium'
        else 'low'
    end
{%- endmacro %}


{#- How a customer buys: by contract and its length, or by orders. -#}
{% macro buying_habit(basis, contract_months, order_count) -%}
    case
        when {{ basis }} = 'contractual' and {{ contract_months }} >= 12 then 'yearly_contract'
        when {{ basis }} = 'contractual' and {{ contract_months }} is not null
            then 'monthly_contract'
        when {{ basis }} = 'contractual' then 'no_contract'
        when {{ order_count }} >= 2 then 'repeat_buyer'
        when {{ order_count }} = 1 then 'one_time_buyer'
        else 'none'
    end
{%- endmacro %}
