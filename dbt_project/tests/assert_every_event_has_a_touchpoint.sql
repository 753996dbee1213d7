{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_interactions'}}}) }}

-- Events that no row of the seed touchpoint_events knows. They stay in the stream as unmapped; add
-- a row for each to give it a touchpoint.

select
    source_name,
    event_name,
    count(*) as interaction_count
from {{ ref('fct_interactions') }}
where touchpoint_id = 'unmapped'
group by source_name, event_name
