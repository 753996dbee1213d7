with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
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
        coalesce(
            max(case when is_required then step_number end) over (
                partition by journey_id
                order by step_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as required_before
    from journey_steps
),

journey_segments as (
    select
        journey_id,
        'all' as segment
    from journeys

    union

    select
        journey_id,
        segment
    from instances
),

-- Every declared step is shown, reached or not.
grid as (
    select
        steps.journey_id,
        journey_segments.segment,
        steps.step_number,
        steps.step_name,
        steps.touchpoint_id,
        steps.is_required,
        steps.required_before
    from steps
    inner join journey_segments on steps.journey_id = journey_segments.journey_id
),

progress as (
    select
        reached_steps.journey_id,
        instances.segment,
        reached_steps.step_number,
        instances.customer_id,
        case when instances.outcome = 'open' then 1 else 0 end as is_open
    from reached_steps
    inner join instances on reached_steps.journey_instance_id = instances.journey_instance_id
),

counted as (
    select
        journey_id,
        segment,
        step_number,
        count(*) as instances,
        count(distinct customer_id) as customers,
        sum(is_open) as open_instances
    from progress
    group by journey_id, segment, step_number

    union all

    select
        journey_id,
        'all' as segment,
        step_number,
        count(*) as instances,
        count(distinct customer_id) as customers,
        sum(is_open) as open_instances
    from progress
    group by journey_id, step_number
),

filled as (
    select
        grid.journey_id,
        grid.segment,
        grid.step_number,
        grid.step_name,
        grid.touchpoint_id,
        grid.is_required,
        grid.required_before,
        coalesce(counted.instances, 0) as instances,
        coalesce(counted.customers, 0) as customers,
        coalesce(counted.open_instances, 0) as open_instances
    from grid
    left join counted
        on
            grid.journey_id = counted.journey_id
            and grid.segment = counted.segment
            and grid.step_number = counted.step_number
),

-- Who reached the step before either reached this one, may still do so, or has dropped out.
compared as (
    select
        filled.journey_id,
        filled.segment,
        filled.step_number,
        filled.step_name,
        filled.touchpoint_id,
        filled.is_required,
        filled.required_before,
        filled.instances,
        filled.customers,
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
            and started.step_number = 0
    left join filled as previous
        on
            filled.journey_id = previous.journey_id
            and filled.segment = previous.segment
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
            and compared.required_before = earlier.step_number
),

judged as (
    select
        *,
        {{ two_sided_p_value('z') }} as p_value
    from tested
)

select
    journey_id,
    segment,
    step_number,
    step_name,
    touchpoint_id,
    is_required,
    instances,
    customers,
    instances * 1.0e0 / nullif(started_instances, 0) as share_of_start,
    instances * 1.0e0 / nullif(previous_instances, 0) as share_of_previous,
    cast(waiting as bigint) as waiting,
    cast(dropped as bigint) as dropped,
    dropped * 1.0e0 / nullif(decided, 0) as drop_off_rate,
    coalesce(
        z < 0
        and p_value < {{ var('significance_level') }}
        and dropped * 1.0e0 / nullif(decided, 0) >= {{ var('minimum_drop_off') }},
        false
    ) as is_significant_drop,
    p_value,
    'Instances, not customers. A step counts when its touchpoint is visited after the last '
    || 'required step before it was reached; optional steps may be skipped. Instances still open '
    || 'wait and are not dropped.' as counting_rule
from judged
