{#- How often a bootstrap replicate draws one unit, from a uniform number: the inverse of the
    Poisson distribution with mean 1. Drawing each unit independently so often is the bootstrap
    without its fixed total, and needs no sort and no pass per replicate (Hanley & MacGibbon 2006,
    "Creating non-parametric bootstrap samples using Poisson frequencies"). Nine or more happens
    once in a million draws and counts as eight. -#}
{% macro poisson_weight(uniform) -%}
    (case
        when {{ uniform }} < 0.36787944 then 0
        when {{ uniform }} < 0.73575888 then 1
        when {{ uniform }} < 0.91969860 then 2
        when {{ uniform }} < 0.98101184 then 3
        when {{ uniform }} < 0.99634015 then 4
        when {{ uniform }} < 0.99940582 then 5
        when {{ uniform }} < 0.99991676 then 6
        when {{ uniform }} < 0.99998975 then 7
        else 8
    end)
{%- endmacro %}
