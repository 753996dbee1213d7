{{ config(meta={'dagster': {'ref': {'name': 'mart_friction_customers'}}}) }}

-- The customers listed behind a friction are those that its row counts.

with

points as (
    select * from {{ ref('mart_friction_points') }}
    where period_grain = 'all' and segment = 'all'
),

listed as (
    select
        detector_id,
        count(*) as customers
    from {{ ref('mart_friction_customers') }}
    group by detector_id
)

select
    points.detector_id,
    points.customers,
    listed.customers as listed_customers
from points
left join listed on points.detector_id = listed.detector_id
where points.customers <> coalesce(listed.customers, 0)
