with

sums as (
    select
        *,
        required_steps_met = required_steps as is_in_order,
        required_steps_met * 1.0e0 / nullif(required_steps, 0) as fitness
    from {{ ref('int_journey_sums') }}
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        min(start_month) as first_month,
        sum(instances) as instances,
        sum(case when outcome = 'completed' then instances else 0 end) as completed,
        sum(case when outcome = 'abandoned' then instances else 0 end) as abandoned,
        sum(case when outcome = 'open' then instances else 0 end) as open_instances,
        {{ exact_sum("case when outcome = 'completed' then fitness * instances end") }} as fitness,
        sum(case when outcome = 'completed' and fitness is not null then instances else 0 end)
            as fitted,
        sum(case when outcome = 'completed' and is_in_order then instances else 0 end)
            as in_order,
        sum(
            case
                when outcome = 'completed' and is_in_order and not is_late then instances
                else 0
            end
        ) as as_designed,
        sum(case when has_returns then instances else 0 end) as with_returns
    from sums
    group by journey_id, cube(segment, start_month)
)

select
    journey_id,
    coalesce(segment, 'all') as segment,
    case when start_month is null then 'all' else 'month' end as period_grain,
    coalesce(start_month, min(first_month) over (partition by journey_id)) as period_start,
    cast(instances as bigint) as instances,
    cast(completed as bigint) as completed,
    cast(abandoned as bigint) as abandoned,
    cast(open_instances as bigint) as open_instances,
    fitness / nullif(fitted, 0) as fitness,
    in_order * 1.0e0 / nullif(completed, 0) as in_order_share,
    {{ wilson_lower('in_order', 'completed') }} as in_order_lower,
    {{ wilson_upper('in_order', 'completed') }} as in_order_upper,
    as_designed * 1.0e0 / nullif(completed, 0) as as_designed_share,
    with_returns * 1.0e0 / instances as return_share
from counted
