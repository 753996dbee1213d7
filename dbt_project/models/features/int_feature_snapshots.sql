-- The as-of date itself, then the last days of the months before it.
with

snapshots as (
    select
        0 as months_back,
        {{ as_of_date() }} as as_of_date
    {%- for months_back in range(1, var('feature_snapshot_count')) %}

    union all

    select
        {{ months_back }} as months_back,
        cast(
            {{ last_day(dateadd('month', -months_back, as_of_date()), 'month') }} as date
        ) as as_of_date
    {%- endfor %}
)

select
    as_of_date,
    months_back
from snapshots
