{#- Intervals of effects as SQL expressions, in the manner of statistics.sql. -#}


{#- Newcombe's hybrid interval (1998, method 10) of a difference of two shares, first minus
    second. -#}
{% macro newcombe_lower(successes_1, n_1, successes_2, n_2) -%}
    {{ newcombe_bound(successes_1, n_1, successes_2, n_2, '-') }}
{%- endmacro %}


{% macro newcombe_upper(successes_1, n_1, successes_2, n_2) -%}
    {{ newcombe_bound(successes_1, n_1, successes_2, n_2, '+') }}
{%- endmacro %}


{% macro newcombe_bound(successes_1, n_1, successes_2, n_2, sign) -%}
    {%- set share_1 = '(' ~ successes_1 ~ ') * 1.0e0 / nullif((' ~ n_1 ~ '), 0)' -%}
    {%- set share_2 = '(' ~ successes_2 ~ ') * 1.0e0 / nullif((' ~ n_2 ~ '), 0)' -%}
    {%- set other = '+' if sign == '-' else '-' -%}
    ({{ share_1 }} - {{ share_2 }} {{ sign }} sqrt(
        power({{ share_1 }} - {{ wilson_bound(successes_1, n_1, sign) }}, 2)
        + power({{ share_2 }} - {{ wilson_bound(successes_2, n_2, other) }}, 2)))
{%- endmacro %}


{#- Quantile of Student's t that belongs to var z_score, from the degrees of freedom: the expansion
    of Cornish and Fisher, within 0.2 % from three degrees on and 0.01 % from seven. -#}
{% macro student_t_score(degrees) -%}
    {%- set z = var('z_score') -%}
    ({{ z }}e0
        + {{ (z ** 3 + z) / 4 }}e0 / ({{ degrees }})
        + {{ (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 }}e0 / power({{ degrees }}, 2)
        + {{ (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 }}e0 / power({{ degrees }}, 3)
        + {{ (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160 }}e0
            / power({{ degrees }}, 4))
{%- endmacro %}


{#- Part of a Mantel-Haenszel risk difference that one stratum gives: its weight, the weighted
    difference, and the weighted variance by Sato's estimator; all three are summed over the strata, and the difference
    is sum ÷ sum of weights. Strata in which one side is empty give nothing. -#}
{% macro stratum_weight(n_1, n_0) -%}
    (case when ({{ n_1 }}) > 0 and ({{ n_0 }}) > 0
        then ({{ n_1 }}) * 1.0e0 * ({{ n_0 }}) / (({{ n_1 }}) + ({{ n_0 }})) end)
{%- endmacro %}


{% macro stratum_difference(events_1, n_1, events_0, n_0) -%}
    (case when ({{ n_1 }}) > 0 and ({{ n_0 }}) > 0
        then (({{ events_1 }}) * 1.0e0 * ({{ n_0 }}) - ({{ events_0 }}) * 1.0e0 * ({{ n_1 }}))
            / (({{ n_1 }}) + ({{ n_0 }})) end)
{%- endmacro %}


{#- Sato, "On the variance estimator for the Mantel-Haenszel risk difference", Biometrics 1989: the
    variance is (difference · Σ p + Σ q) / (Σ weight)². -#}
{% macro stratum_sato_p(events_1, n_1, events_0, n_0) -%}
    (case when ({{ n_1 }}) > 0 and ({{ n_0 }}) > 0
        then (power({{ n_1 }}, 2) * ({{ events_0 }}) - power({{ n_0 }}, 2) * ({{ events_1 }})
            + ({{ n_1 }}) * 1.0e0 * ({{ n_0 }}) * (({{ n_0 }}) - ({{ n_1 }})) / 2.0e0)
            / power(({{ n_1 }}) + ({{ n_0 }}), 2) end)
{%- endmacro %}


{% macro stratum_sato_q(events_1, n_1, events_0, n_0) -%}
    (case when ({{ n_1 }}) > 0 and ({{ n_0 }}) > 0
        then (({{ events_1 }}) * 1.0e0 * (({{ n_0 }}) - ({{ events_0 }}))
            + ({{ events_0 }}) * 1.0e0 * (({{ n_1 }}) - ({{ events_1 }})))
            / (2.0e0 * (({{ n_1 }}) + ({{ n_0 }}))) end)
{%- endmacro %}
