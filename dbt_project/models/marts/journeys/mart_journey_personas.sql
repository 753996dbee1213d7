{%- set dimensions = {'persona': 'persona_id', 'lifecycle_state': 'lifecycle_state'} -%}
{%- set counts = [
    'instances', 'completed', 'abandoned', 'open_instances', 'late_count', 'timed_count',
] -%}

with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

audiences as (
    select * from {{ ref('journey_audiences') }}
),

instances as (
    select * from {{ ref('fct_journey_personas') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
    where step_number > 0
),

satisfaction as (
    select
        journey_instance_id,
        coalesce(step_number, 0) as step_number,
        is_satisfied
    from {{ ref('int_journey_satisfaction') }}
    where step_number is null or step_number > 0
),

steps as (
    select
        journey_id,
        0 as step_number,
        'Whole journey' as step_name,
        true as is_required,
        cast(null as bigint) as required_before
    from journeys

    union all

    select
        journey_id,
        step_number,
        step_name,
        is_required,
        {{ required_step_before() }} as required_before
    from journey_steps
),

-- Counts by size of the time and by who it is; everything below is sums of these few rows. The
-- whole is timed, and late, when it is completed.
cells as (
    select
        journey_id,
        0 as step_number,
        persona_id,
        lifecycle_state,
        persona_basis,
        outcome,
        {{ time_bucket("case when outcome = 'completed' then duration_hours * 3600 end") }}
            as time_bucket,
        count(*) as instances,
        sum(case when outcome = 'completed' and late_step_count > 0 then 1 else 0 end)
            as late_count,
        sum(case when outcome = 'completed' then 1 else 0 end) as timed_count
    from instances
    group by journey_id, persona_id, lifecycle_state, persona_basis, outcome, time_bucket

    union all

    select
        reached_steps.journey_id,
        reached_steps.step_number,
        instances.persona_id,
        instances.lifecycle_state,
        instances.persona_basis,
        instances.outcome,
        {{ time_bucket('reached_steps.hours_from_start * 3600') }} as time_bucket,
        count(*) as instances,
        sum(case when reached_steps.is_late then 1 else 0 end) as late_count,
        count(reached_steps.is_late) as timed_count
    from reached_steps
    inner join instances on reached_steps.journey_instance_id = instances.journey_instance_id
    group by
        reached_steps.journey_id,
        reached_steps.step_number,
        instances.persona_id,
        instances.lifecycle_state,
        instances.persona_basis,
        instances.outcome,
        time_bucket
),

by_time as (
    {%- for dimension, column in dimensions.items() %}
    select
        journey_id,
        '{{ dimension }}' as dimension,
        {{ column }} as dimension_value,
        step_number,
        time_bucket,
        max(persona_basis) as persona_basis,
        sum(instances) as instances,
        sum(case when outcome = 'completed' then instances else 0 end) as completed,
        sum(case when outcome = 'abandoned' then instances else 0 end) as abandoned,
        sum(case when outcome = 'open' then instances else 0 end) as open_instances,
        sum(late_count) as late_count,
        sum(timed_count) as timed_count
    from cells
    group by journey_id, {{ column }}, step_number, time_bucket
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

cumulated as (
    {{ with_times_below(
        'by_time', 'instances', ['journey_id', 'dimension', 'dimension_value', 'step_number']
    ) }}
),

counted as (
    select
        journey_id,
        dimension,
        dimension_value,
        step_number,
        max(persona_basis) as persona_basis,
        {%- for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        {{ percentile_bucket(50) }} as bucket_p50,
        {{ percentile_bucket(90) }} as bucket_p90
    from cumulated
    group by journey_id, dimension, dimension_value, step_number
),

answered as (
    {%- for dimension, column in dimensions.items() %}
    select
        instances.journey_id,
        '{{ dimension }}' as dimension,
        instances.{{ column }} as dimension_value,
        satisfaction.step_number,
        count(*) as satisfaction_n,
        sum(case when satisfaction.is_satisfied then 1 else 0 end) as satisfied
    from satisfaction
    inner join instances on satisfaction.journey_instance_id = instances.journey_instance_id
    group by instances.journey_id, instances.{{ column }}, satisfaction.step_number
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- Who began a journey is shown at every step of it, reached or not.
filled as (
    select
        steps.journey_id,
        began.dimension,
        began.dimension_value,
        steps.step_number,
        steps.step_name,
        steps.is_required,
        steps.required_before,
        began.persona_basis,
        began.instances as started_instances,
        {%- for count in counts %}
        coalesce(counted.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        counted.bucket_p50,
        counted.bucket_p90,
        coalesce(answered.satisfaction_n, 0) as satisfaction_n,
        coalesce(answered.satisfied, 0) as satisfied
    from steps
    inner join counted as began
        on
            steps.journey_id = began.journey_id
            and began.step_number = 0
    left join counted
        on
            steps.journey_id = counted.journey_id
            and began.dimension = counted.dimension
            and began.dimension_value = counted.dimension_value
            and steps.step_number = counted.step_number
    left join answered
        on
            steps.journey_id = answered.journey_id
            and began.dimension = answered.dimension
            and began.dimension_value = answered.dimension_value
            and steps.step_number = answered.step_number
),

-- Of the whole it is asked how many complete it, of a step how many are lost before it; who is
-- still on the way is in neither.
judged as (
    select
        filled.*,
        case
            when filled.step_number = 0 then filled.completed + filled.abandoned
            else
                previous.instances - (previous.open_instances - filled.open_instances)
        end as decided,
        case
            when filled.step_number = 0 then filled.completed
            else
                previous.instances
                - (previous.open_instances - filled.open_instances)
                - filled.instances
        end as hits
    from filled
    left join filled as previous
        on
            filled.journey_id = previous.journey_id
            and filled.dimension = previous.dimension
            and filled.dimension_value = previous.dimension_value
            and filled.required_before = previous.step_number
),

known as (
    select
        journey_id,
        dimension,
        step_number,
        sum(instances) as instances,
        sum(decided) as decided,
        sum(hits) as hits
    from judged
    where dimension_value <> 'unassigned'
    group by journey_id, dimension, step_number
),

compared as (
    select
        judged.*,
        known.instances as known_instances,
        case when judged.dimension_value <> 'unassigned' then known.decided - judged.decided end
            as others_decided,
        case when judged.dimension_value <> 'unassigned' then known.hits - judged.hits end
            as others_hits
    from judged
    left join known
        on
            judged.journey_id = known.journey_id
            and judged.dimension = known.dimension
            and judged.step_number = known.step_number
),

sized as (
    select
        *,
        coalesce(
            decided < {{ var('minimum_sample_size') }}
            or others_decided < {{ var('minimum_sample_size') }},
            true
        ) as is_too_few
    from compared
),

tested as (
    select
        *,
        case
            when not is_too_few
                then {{ two_proportion_z('hits', 'decided', 'others_hits', 'others_decided') }}
        end as z
    from sized
),

p_values as (
    select
        *,
        {{ two_sided_p_value('z') }} as p_value
    from tested
),

adjusted as (
    {{ with_adjusted_p_values(
        'p_values',
        partition_by=['journey_id', 'dimension'],
        order_by=['dimension_value', 'step_number']
    ) }}
),

declared as (
    select
        journey_id,
        dimension
    from audiences
    group by journey_id, dimension
)

select
    adjusted.journey_id,
    journeys.persona as designed_persona,
    adjusted.dimension,
    adjusted.dimension_value,
    case
        when adjusted.dimension_value = 'unassigned' then 'not_known'
        when adjusted.dimension = 'persona' then adjusted.persona_basis
        else 'at_start'
    end as persona_basis,
    case
        when adjusted.dimension_value <> 'unassigned' and declared.journey_id is not null
            then audiences.journey_id is not null
    end as is_designed_for,
    cast(adjusted.step_number as bigint) as step_number,
    adjusted.step_name,
    adjusted.is_required,
    adjusted.instances,
    adjusted.completed,
    adjusted.abandoned,
    adjusted.open_instances,
    case
        when adjusted.dimension_value <> 'unassigned'
            then adjusted.instances * 1.0e0 / nullif(adjusted.known_instances, 0)
    end as share_of_known,
    case
        when declared.journey_id is not null
            then cast(
                sum(case when audiences.journey_id is not null then adjusted.instances else 0 end)
                    over same_step
                as bigint
            ) * 1.0e0 / nullif(adjusted.known_instances, 0)
    end as designed_share,
    adjusted.instances * 1.0e0 / nullif(adjusted.started_instances, 0) as share_of_start,
    adjusted.completed * 1.0e0 / nullif(adjusted.completed + adjusted.abandoned, 0)
        as completion_rate,
    {{ wilson_lower('adjusted.completed', 'adjusted.completed + adjusted.abandoned') }}
        as completion_lower,
    {{ wilson_upper('adjusted.completed', 'adjusted.completed + adjusted.abandoned') }}
        as completion_upper,
    case when adjusted.step_number > 0 then cast(adjusted.hits as bigint) end as dropped,
    case
        when adjusted.step_number > 0
            then adjusted.hits * 1.0e0 / nullif(adjusted.decided, 0)
    end as drop_off_rate,
    {{ hours_of_time_bucket('adjusted.bucket_p50') }} as hours_p50,
    {{ hours_of_time_bucket('adjusted.bucket_p90') }} as hours_p90,
    adjusted.late_count * 1.0e0 / nullif(adjusted.timed_count, 0) as late_share,
    adjusted.timed_count,
    adjusted.satisfied * 1.0e0 / nullif(adjusted.satisfaction_n, 0) as satisfaction,
    adjusted.satisfaction_n,
    {{ wilson_lower('adjusted.satisfied', 'adjusted.satisfaction_n') }} as satisfaction_lower,
    {{ wilson_upper('adjusted.satisfied', 'adjusted.satisfaction_n') }} as satisfaction_upper,
    cast(adjusted.decided as bigint) as decided,
    cast(adjusted.others_decided as bigint) as others_decided,
    adjusted.others_hits * 1.0e0 / nullif(adjusted.others_decided, 0) as others_rate,
    adjusted.hits * 1.0e0 / nullif(adjusted.decided, 0)
    - adjusted.others_hits * 1.0e0 / nullif(adjusted.others_decided, 0) as difference,
    {{ newcombe_lower(
        'adjusted.hits', 'adjusted.decided', 'adjusted.others_hits', 'adjusted.others_decided'
    ) }} as difference_lower,
    {{ newcombe_upper(
        'adjusted.hits', 'adjusted.decided', 'adjusted.others_hits', 'adjusted.others_decided'
    ) }} as difference_upper,
    adjusted.p_value,
    adjusted.adjusted_p_value,
    adjusted.is_too_few,
    coalesce(adjusted.adjusted_p_value < {{ var('significance_level') }}, false) as is_different
from adjusted
inner join journeys on adjusted.journey_id = journeys.journey_id
left join audiences
    on
        adjusted.journey_id = audiences.journey_id
        and adjusted.dimension = audiences.dimension
        and adjusted.dimension_value = audiences.dimension_value
left join declared
    on
        adjusted.journey_id = declared.journey_id
        and adjusted.dimension = declared.dimension
window
    same_step as (
        partition by adjusted.journey_id, adjusted.dimension, adjusted.step_number
    )
