{#- Valence of a word after the word `distance` places before it has had its say. A booster or
    dampener moves it away from or towards zero, by 95 % and 90 % of its weight from two and three
    places away, a booster in capitals among other words by more. A negator turns it round and
    weakens it, but "never so good" and "never this good" praise, and "at least" negates nothing.
    Rules and constants: Hutto & Gilbert (2014), "VADER: A Parsimonious Rule-based Model for
    Sentiment Analysis of Social Media Text", and its reference implementation.
    It does not reach over the end of its sentence, where the reference implementation goes on: in
    "isn't explained anywhere. Horrible" nothing is denied. "No. Thanks" is one thought.
    Expects modifier_1..3 (the seed's columns and is_capitals) and previous_1..3 (lower case). -#}
{% macro modified_valence(valence, distance) -%}
    {%- set share = {1: 1.0, 2: 0.95, 3: 0.9}[distance] -%}
    (
        {{ valence }}
        + case
            when modifier_kind_{{ distance }} in ('booster', 'dampener')
                then {{ share }} * sign({{ valence }}) * modifier_shift_{{ distance }}
            else 0
        end
    ) * case
        {%- if distance == 2 %}
        when previous_2 = 'never' and previous_1 in ('so', 'this') then 1.25
        {%- elif distance == 3 %}
        when
            previous_3 = 'never'
            and (previous_1 in ('so', 'this') or previous_2 in ('so', 'this'))
            then 1.25
        {%- endif %}
        when
            modifier_kind_{{ distance }} = 'negator'
            {%- for place in range(1, distance) %}
            and not coalesce({{ ends_sentence('previous_' ~ place) }}, false)
            {%- endfor %}
            and modifier_reach_{{ distance }} >= {{ distance }}
            {%- if distance < 3 %}
            and coalesce(unless_after_{{ distance }} <> previous_{{ distance + 1 }}, true)
            {%- endif %}
            then modifier_shift_{{ distance }}
        else 1
    end
{%- endmacro %}


{#- Whether a word as written is the last of its sentence. A full stop: "!" and "?" also stand
    within one, and "..." trails off. -#}
{% macro ends_sentence(token) -%}
    ({{ token }} like '%.' and {{ token }} not like '%..')
{%- endmacro %}
