{{ config(meta={'dagster': {'ref': {'name': 'fct_journey_steps'}}}) }}

-- Every step reached is a visit of its instance to the touchpoint of the step at that moment, and
-- that visit is an interaction of the stream.

select reached_steps.journey_step_id
from {{ ref('fct_journey_steps') }} as reached_steps
left join {{ ref('fct_journey_visits') }} as visits
    on
        reached_steps.journey_instance_id = visits.journey_instance_id
        and reached_steps.touchpoint_id = visits.touchpoint_id
        and reached_steps.reached_at = visits.occurred_at
left join {{ ref('fct_interactions') }} as interactions
    on
        visits.interaction_id = interactions.interaction_id
        and visits.touchpoint_id = interactions.touchpoint_id
        and visits.occurred_at = interactions.occurred_at
group by reached_steps.journey_step_id
having count(interactions.interaction_id) = 0
