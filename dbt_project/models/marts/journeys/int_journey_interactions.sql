{{ config(materialized='view', schema='core', contract={'enforced': false}) }}

-- A view, so that whoever orders very many interactions reads no more than the columns it orders by
-- and finds the rest again by the row's place.
select
    {{ row_locator('interactions', 'interaction_id') }} as locator,
    interactions.interaction_id,
    interactions.customer_id,
    interactions.touchpoint_id,
    interactions.channel_id,
    interactions.team,
    interactions.related_id,
    {{ related_key('interactions.related_type', 'interactions.related_id') }} as related_key,
    interactions.occurred_at
from {{ ref('fct_interactions') }} as interactions
where not interactions.is_test
