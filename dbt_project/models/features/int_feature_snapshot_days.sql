with

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

days as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit as days_before
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    where ones.digit + 10 * tens.digit + 100 * hundreds.digit < 180
)

select
    snapshots.as_of_date,
    days.days_before,
    cast(
        {{ add_days('cast(snapshots.as_of_date as timestamp)', '-days.days_before') }} as date
    ) as day_date
from snapshots
cross join days
