{{ config(schema='core', contract={'enforced': false}) }}

with

instances as (
    select * from {{ ref('fct_journeys') }}
),

visits as (
    select * from {{ ref('fct_journey_visits') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

declared_comparisons as (
    select * from {{ ref('journey_comparisons') }}
    where dimension in ('persona', 'lifecycle', 'channel')
),

journey_personas as (
    select * from {{ ref('fct_journey_personas') }}
),

described as (
    select
        instances.journey_id,
        instances.journey_instance_id,
        coalesce(journey_personas.persona_id, 'unassigned') as persona,
        coalesce(journey_personas.lifecycle_state, 'unassigned') as lifecycle,
        coalesce(visits.channel_id, 'unknown') as channel
    from instances
    inner join visits
        on
            instances.journey_instance_id = visits.journey_instance_id
            and visits.visit_number = 1
    left join journey_personas
        on instances.journey_instance_id = journey_personas.journey_instance_id
),

placed as (
    select
        declared_comparisons.comparison_id as comparison,
        declared_comparisons.first_value as first_side,
        declared_comparisons.second_value as second_side,
        described.journey_id,
        described.journey_instance_id,
        case declared_comparisons.dimension
            when 'persona' then described.persona
            when 'lifecycle' then described.lifecycle
            when 'channel' then described.channel
        end as own_value
    from described
    inner join declared_comparisons
        on declared_comparisons.journey_id in (described.journey_id, '*')
),

sided as (
    select
        *,
        own_value = first_side as is_first
    from placed
    where own_value = first_side or own_value = second_side
),

named_instances as (
    select distinct journey_instance_id
    from sided
),

named_visits as (
    select visits.*
    from visits
    inner join named_instances on visits.journey_instance_id = named_instances.journey_instance_id
),

features as (
    select
        journey_instance_id,
        'instance' as measure_kind,
        '' as measure
    from named_instances

    union all

    select
        journey_instance_id,
        'touchpoint' as measure_kind,
        touchpoint_id as measure
    from named_visits
    where not is_repeat and not is_return

    union all

    select distinct
        journey_instance_id,
        'transition' as measure_kind,
        previous_touchpoint_id || ' > ' || touchpoint_id as measure
    from named_visits
    where previous_touchpoint_id is not null

    union all

    select
        reached_steps.journey_instance_id,
        'step' as measure_kind,
        cast(reached_steps.step_number as varchar) as measure
    from reached_steps
    inner join named_instances
        on reached_steps.journey_instance_id = named_instances.journey_instance_id
    where reached_steps.step_number > 0
)

select
    sided.journey_id,
    sided.comparison,
    sided.first_side,
    sided.second_side,
    features.measure_kind,
    features.measure,
    sum(case when sided.is_first then 1 else 0 end) as first_count,
    sum(case when not sided.is_first then 1 else 0 end) as second_count
from sided
inner join features on sided.journey_instance_id = features.journey_instance_id
group by
    sided.journey_id,
    sided.comparison,
    sided.first_side,
    sided.second_side,
    features.measure_kind,
    features.measure
