{{ config(meta={'dagster': {'ref': {'name': 'mart_journey_personas'}}}) }}

-- Personas, and states of the relationship, add up to what the funnel counts of everybody over all
-- time: instances at every step, and those lost before it. Nobody was whom they became only later.

with

personas as (
    select
        journey_id,
        dimension,
        step_number,
        sum(instances) as instances,
        sum(dropped) as dropped,
        sum(completed + abandoned + open_instances) as by_outcome
    from {{ ref('mart_journey_personas') }}
    group by journey_id, dimension, step_number
),

funnel as (
    select * from {{ ref('mart_journey_funnel') }}
    where segment = 'all' and period_grain = 'all'
),

dimensions as (
    select 'persona' as dimension
    union all
    select 'lifecycle_state' as dimension
)

select
    'personas do not add up to the funnel' as problem,
    funnel.journey_id,
    dimensions.dimension,
    funnel.step_number
from funnel
cross join dimensions
left join personas
    on
        funnel.journey_id = personas.journey_id
        and dimensions.dimension = personas.dimension
        and funnel.step_number = personas.step_number
where
    coalesce(personas.instances, 0) <> funnel.instances
    or personas.by_outcome <> personas.instances
    or (funnel.step_number > 0 and personas.dropped <> funnel.dropped)

union all

select
    'a state is of after the start' as problem,
    journey_id,
    'persona' as dimension,
    count(*) as step_number
from {{ ref('fct_journey_personas') }}
where state_date > cast(started_at as date)
group by journey_id
