select
    stage_set || ':' || stage_id as stage_key,
    stage_set,
    stage_id,
    stage_order,
    stage_name,
    description
from {{ ref('stages') }}
