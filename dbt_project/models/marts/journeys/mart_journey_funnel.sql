with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

sums as (
    select * from {{ ref('int_journey_step_sums') }}
),

steps as (
    select
        journey_id,
        0 as step_number,
        'Start' as step_name,
        start_touchpoint_id as touchpoint_id,
        true as is_required,
        cast(null as bigint) as required_before
    from journeys

    union all

    select
        journey_id,
        step_number,
        step_name,
        touchpoint_id,
        is_required,
        {{ required_step_before() }} as required_before
    from journey_steps
),

first_months as (
    select
        journey_id,
        min(start_month) as first_month
    from sums
    group by journey_id
),

-- Who and when there is something to show for, and everybody over all time in any case. A null
-- stands for all until the end.
cells as (
    select
        journey_id,
        segment,
        start_month
    from sums
    group by journey_id, cube(segment, start_month)
    having segment is not null or start_month is not null

    union all

    select
        journey_id,
        cast(null as varchar) as segment,
        cast(null as date) as start_month
    from journeys
),

-- Every declared step is shown, reached or not.
grid as (
    select
        steps.journey_id,
        coalesce(cells.segment, 'all') as segment,
        case when cells.start_month is null then 'all' else 'month' end as period_grain,
        coalesce(cells.start_month, first_months.first_month) as period_start,
        steps.step_number,
        steps.step_name,
        steps.touchpoint_id,
        steps.is_required,
        steps.required_before
    from steps
    inner join cells on steps.journey_id = cells.journey_id
    left join first_months on steps.journey_id = first_months.journey_id
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        cast(sum(instances) as bigint) as instances,
        cast(sum(case when outcome = 'open' then instances else 0 end) as bigint) as open_instances
    from sums
    group by journey_id, step_number, cube(segment, start_month)
),

counted_periods as (
    select
        counted.journey_id,
        coalesce(counted.segment, 'all') as segment,
        case when counted.start_month is null then 'all' else 'month' end as period_grain,
        coalesce(counted.start_month, first_months.first_month) as period_start,
        counted.step_number,
        counted.instances,
        counted.open_instances
    from counted
    inner join first_months on counted.journey_id = first_months.journey_id
),

filled as (
    select
        grid.journey_id,
        grid.segment,
        grid.period_grain,
        grid.period_start,
        grid.step_number,
        grid.step_name,
        grid.touchpoint_id,
        grid.is_required,
        grid.required_before,
        coalesce(counted_periods.instances, 0) as instances,
        coalesce(counted_periods.open_instances, 0) as open_instances
    from grid
    left join counted_periods
        on
            grid.journey_id = counted_periods.journey_id
            and grid.segment = counted_periods.segment
            and grid.period_grain = counted_periods.period_grain
            and grid.period_start = counted_periods.period_start
            and grid.step_number = counted_periods.step_number
),

-- Who reached the step before either reached this one, may still do so, or has dropped out.
compared as (
    select
        filled.journey_id,
        filled.segment,
        filled.period_grain,
        filled.period_start,
        filled.step_number,
        filled.step_name,
        filled.touchpoint_id,
        filled.is_required,
        filled.required_before,
        filled.instances,
        started.instances as started_instances,
        previous.instances as previous_instances,
        previous.open_instances - filled.open_instances as waiting,
        case
            when filled.step_number = 0 then filled.instances
            else
                previous.instances - (previous.open_instances - filled.open_instances)
        end as decided
    from filled
    inner join filled as started
        on
            filled.journey_id = started.journey_id
            and filled.segment = started.segment
            and filled.period_grain = started.period_grain
            and filled.period_start is not distinct from started.period_start
            and started.step_number = 0
    left join filled as previous
        on
            filled.journey_id = previous.journey_id
            and filled.segment = previous.segment
            and filled.period_grain = previous.period_grain
            and filled.period_start is not distinct from previous.period_start
            and filled.required_before = previous.step_number
),

tested as (
    select
        compared.*,
        compared.decided - compared.instances as dropped,
        case
            when compared.is_required and compared.step_number > 0
                then {{ two_proportion_z(
                    'compared.instances', 'compared.decided',
                    'earlier.instances', 'earlier.decided'
                ) }}
        end as z
    from compared
    left join compared as earlier
        on
            compared.journey_id = earlier.journey_id
            and compared.segment = earlier.segment
            and compared.period_grain = earlier.period_grain
            and compared.period_start is not distinct from earlier.period_start
            and compared.required_before = earlier.step_number
),

p_values as (
    select
        *,
        {{ two_sided_p_value('z') }} as p_value
    from tested
),

-- Over all time a step is tested once; among its many months some drop by chance.
judged as (
    {{ with_adjusted_p_values(
        'p_values',
        partition_by=['journey_id', 'segment', 'step_number', 'period_grain'],
        order_by=['period_start']
    ) }}
)

select
    journey_id,
    segment,
    period_grain,
    period_start,
    step_number,
    step_name,
    touchpoint_id,
    is_required,
    instances,
    instances * 1.0e0 / nullif(started_instances, 0) as share_of_start,
    instances * 1.0e0 / nullif(previous_instances, 0) as share_of_previous,
    cast(waiting as bigint) as waiting,
    cast(dropped as bigint) as dropped,
    dropped * 1.0e0 / nullif(decided, 0) as drop_off_rate,
    coalesce(
        z < 0
        and adjusted_p_value < {{ var('significance_level') }}
        and dropped * 1.0e0 / nullif(decided, 0) >= {{ var('minimum_drop_off') }},
        false
    ) as is_significant_drop,
    p_value,
    adjusted_p_value,
    'Instances, not customers. A step counts when its touchpoint is visited after the last '
    || 'required step before it was reached; optional steps may be skipped. Instances still open '
    || 'wait and are not dropped.' as counting_rule
from judged
