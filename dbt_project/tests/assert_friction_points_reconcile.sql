-- Segment all is the sum of the segments, and the months are the sum of all time.
with

points as (
    select * from {{ ref('mart_friction_points') }}
),

sums as (
    select
        detector_id,
        sum(case when period_grain = 'all' and segment = 'all' then events else 0 end) as total,
        sum(case when period_grain = 'all' and segment <> 'all' then events else 0 end)
            as by_segment,
        sum(case when period_grain = 'month' and segment = 'all' then events else 0 end)
            as by_month,
        sum(case when period_grain = 'all' and segment = 'all' then customers else 0 end)
            as total_customers,
        sum(case when period_grain = 'all' and segment <> 'all' then customers else 0 end)
            as customers_by_segment
    from points
    group by detector_id
)

select *
from sums
where
    total <> by_segment
    or total <> by_month
    or total_customers <> customers_by_segment
