{{ config(meta={'dagster': {'ref': {'name': 'fct_purchase_paths'}}}) }}

-- Each conversion is given away once: credits add up to 1, and none is left out.

with

conversions as (
    select * from {{ ref('int_conversions') }}
),

credits as (
    select
        conversion_id,
        customer_id,
        sum(touch_credit) as touch_credit,
        sum(marketing_credit) as marketing_credit
    from {{ ref('fct_purchase_paths') }}
    group by conversion_id, customer_id
)

select
    conversions.conversion_key,
    credits.touch_credit,
    credits.marketing_credit
from conversions
left join credits
    on
        conversions.conversion_id = credits.conversion_id
        and conversions.customer_id = credits.customer_id
where
    credits.customer_id is null
    or abs(credits.touch_credit - 1) > 1e-9
    or abs(credits.marketing_credit - 1) > 1e-9
