with

interactions as (
    select * from {{ ref('fct_interactions') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

-- One row per customer and stage before anything is ordered: the stream itself is never sorted.
first_visits as (
    select
        interactions.customer_id,
        touchpoints.stage_id,
        touchpoints.stage_order,
        min(interactions.occurred_at) as entered_at
    from interactions
    inner join touchpoints on interactions.touchpoint_id = touchpoints.touchpoint_id
    where
        interactions.customer_id is not null
        and touchpoints.stage_id is not null
    group by interactions.customer_id, touchpoints.stage_id, touchpoints.stage_order
),

compared as (
    select
        customer_id,
        stage_id,
        stage_order,
        entered_at,
        max(stage_order) over (
            partition by customer_id
            order by entered_at asc, stage_order desc
            rows between unbounded preceding and 1 preceding
        ) as furthest_before,
        max(stage_order) over (partition by customer_id) as furthest
    from first_visits
)

select
    customer_id,
    'six_stage' as stage_set,
    stage_id,
    entered_at,
    stage_order = furthest as is_current
from compared
where furthest_before is null or stage_order > furthest_before
