with

steps as (
    select * from {{ ref('int_repurchase_steps') }}
),

enough as (
    select
        dimension,
        dimension_value
    from {{ ref('mart_repurchase_cycle') }}
    where median_status <> 'too few'
)

select
    steps.dimension,
    steps.dimension_value,
    cast(steps.gap_days as bigint) as gap_days,
    cast(steps.at_risk_count as bigint) as at_risk_count,
    cast(steps.event_count as bigint) as event_count,
    1 - steps.survival_share as returned_share,
    1 - steps.survival_share_upper as returned_share_lower,
    1 - steps.survival_share_lower as returned_share_upper
from steps
inner join enough
    on
        steps.dimension = enough.dimension
        and steps.dimension_value = enough.dimension_value
