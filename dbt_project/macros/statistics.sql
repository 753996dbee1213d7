{#- Statistics as SQL expressions. Every macro takes column names or expressions and returns one
    expression of type double; a null input, or a sample of nothing, gives null. -#}


{#- P(Z > z) of the standard normal for z >= 0, relative error under 1e-12 up to z = 7 and
    1e-7 beyond. Hart's rational approximation 5666, then a short continued fraction (G. West,
    "Better approximations to cumulative normal functions", Wilmott 2005). DuckDB has no erf. -#}
{% macro normal_upper_tail(z) -%}
    (case
        when ({{ z }}) > 37 then 0.0e0
        when ({{ z }}) < 7.07106781186547e0 then
            exp(-({{ z }}) * ({{ z }}) / 2.0e0)
            * {{ polynomial(z, [
                '3.52624965998911e-2', '0.700383064443688e0', '6.37396220353165e0',
                '33.912866078383e0', '112.079291497871e0', '221.213596169931e0',
                '220.206867912376e0']) }}
            / {{ polynomial(z, [
                '8.83883476483184e-2', '1.75566716318264e0', '16.064177579207e0',
                '86.7807322029461e0', '296.564248779674e0', '637.333633378831e0',
                '793.826512519948e0', '440.413735824752e0']) }}
        else
            exp(-({{ z }}) * ({{ z }}) / 2.0e0) / 2.506628274631e0
            / (({{ z }}) + 1.0e0 / (({{ z }}) + 2.0e0 / (({{ z }}) + 3.0e0
                / (({{ z }}) + 4.0e0 / (({{ z }}) + 0.65e0)))))
    end)
{%- endmacro %}


{#- P(Z <= z) of the standard normal. -#}
{% macro normal_cdf(z) -%}
    (case
        when ({{ z }}) > 0 then 1.0e0 - {{ normal_upper_tail('abs(' ~ z ~ ')') }}
        else {{ normal_upper_tail('abs(' ~ z ~ ')') }}
    end)
{%- endmacro %}


{#- Two-sided p-value of a standard normal statistic. -#}
{% macro two_sided_p_value(z) -%}
    (2.0e0 * {{ normal_upper_tail('abs(' ~ z ~ ')') }})
{%- endmacro %}


{#- z of the two-proportion test with the pooled variance, first share minus second. Two samples
    that are all successes or all failures do not differ: 0. -#}
{% macro two_proportion_z(successes_1, n_1, successes_2, n_2) -%}
    {%- set pooled = '((' ~ successes_1 ~ ') + (' ~ successes_2 ~ ')) * 1.0e0 / nullif(('
        ~ n_1 ~ ') + (' ~ n_2 ~ '), 0)' -%}
    (case
        when ({{ n_1 }}) = 0 or ({{ n_2 }}) = 0 then null
        when ({{ successes_1 }}) + ({{ successes_2 }}) = 0
            or ({{ successes_1 }}) + ({{ successes_2 }}) = ({{ n_1 }}) + ({{ n_2 }}) then 0.0e0
        else
            (({{ successes_1 }}) * 1.0e0 / nullif(({{ n_1 }}), 0)
                - ({{ successes_2 }}) * 1.0e0 / nullif(({{ n_2 }}), 0))
            / sqrt({{ pooled }} * (1.0e0 - {{ pooled }})
                * (1.0e0 / nullif(({{ n_1 }}), 0) + 1.0e0 / nullif(({{ n_2 }}), 0)))
    end)
{%- endmacro %}


{#- Two-sided p-value of the two-proportion test. The statistic is spelled out many times inside:
    where the counts are expressions, put two_proportion_z in a column and take its p-value. -#}
{% macro two_proportion_p_value(successes_1, n_1, successes_2, n_2) -%}
    {{ two_sided_p_value(two_proportion_z(successes_1, n_1, successes_2, n_2)) }}
{%- endmacro %}


{#- Wilson score interval of a share, at var z_score. -#}
{% macro wilson_lower(successes, n) -%}
    {{ wilson_bound(successes, n, '-') }}
{%- endmacro %}


{% macro wilson_upper(successes, n) -%}
    {{ wilson_bound(successes, n, '+') }}
{%- endmacro %}


{% macro wilson_bound(successes, n, sign) -%}
    {%- set z = var('z_score') -%}
    {%- set share = '((' ~ successes ~ ') * 1.0e0 / nullif((' ~ n ~ '), 0))' -%}
    (case when ({{ n }}) > 0 then greatest(0.0e0, least(1.0e0,
        ({{ share }} + {{ z * z / 2 }}e0 / ({{ n }})
            {{ sign }} {{ z }}e0 * sqrt({{ share }} * (1.0e0 - {{ share }}) / ({{ n }})
                + {{ z * z / 4 }}e0 / (({{ n }}) * 1.0e0 * ({{ n }}))))
        / (1.0e0 + {{ z * z }}e0 / ({{ n }})))) end)
{%- endmacro %}


{#- Horner's scheme: the first coefficient belongs to the highest power. -#}
{% macro polynomial(x, coefficients) -%}
    {%- set form = namespace(text=coefficients[0]) -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set form.text = '(' ~ form.text ~ ' * (' ~ x ~ ') + ' ~ coefficient ~ ')' -%}
    {%- endfor -%}
    {{ form.text }}
{%- endmacro %}


{#- One bound of the log-log interval of a survival share, from its logarithm (below 0) and
    Greenwood's sum of d / (n · (n - d)); the lower bound has sign '-'. -#}
{% macro log_log_bound(log_survival, variance, sign) -%}
    exp(-exp(
        ln(-({{ log_survival }}))
        {{ '-' if sign == '+' else '+' }} {{ var('z_score') }}e0 * sqrt({{ variance }})
            / (-({{ log_survival }}))
    ))
{%- endmacro %}
