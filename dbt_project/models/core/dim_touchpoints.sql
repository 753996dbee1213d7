with

touchpoints as (
    select * from {{ ref('touchpoints') }}
),

stages as (
    select * from {{ ref('stages') }}
    where stage_set = 'six_stage'
)

select
    touchpoints.touchpoint_id,
    touchpoints.touchpoint_name,
    touchpoints.stage_id,
    stages.stage_name,
    stages.stage_order,
    touchpoints.default_channel_id,
    touchpoints.owner_team,
    touchpoints.is_make_or_break,
    touchpoints.is_backstage,
    touchpoints.is_routine,
    touchpoints.description
from touchpoints
left join stages on touchpoints.stage_id = stages.stage_id
