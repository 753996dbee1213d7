{#- An amount of Stripe's API in whole units of its currency: the API counts in the smallest unit,
    which most currencies have two decimals of, some none and some three. -#}
{% macro stripe_amount(amount, currency) -%}
    cast(
        case
            when lower({{ currency }}) in (
                'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd',
                'vuv', 'xaf', 'xof', 'xpf'
            )
                then {{ amount }}
            when lower({{ currency }}) in ('bhd', 'jod', 'kwd', 'omr', 'tnd')
                then {{ amount }} / 1000.0e0
            else {{ amount }} / 100.0e0
        end
        as decimal(18, 2)
    )
{%- endmacro %}


{#- A price per billing interval as a price a month. -#}
{% macro monthly_amount(amount, billing_interval, interval_count) -%}
    case {{ billing_interval }}
        when 'month' then {{ amount }} / {{ interval_count }}
        when 'year' then {{ amount }} / (12.0e0 * {{ interval_count }})
        when 'week' then {{ amount }} * 52.0e0 / (12.0e0 * {{ interval_count }})
        when 'day' then {{ amount }} * 365.0e0 / (12.0e0 * {{ interval_count }})
    end
{%- endmacro %}
