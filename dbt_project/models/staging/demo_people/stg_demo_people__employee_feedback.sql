{{ config(enabled=is_source_enabled('demo_people')) }}

select
    'demo_people' as source_name,
    entry_id as employee_feedback_id,
    submitted_at,
    team,
    touchpoint_id,
    kind,
    cast(score as double) as score,
    comment as comment_text
from {{ source('demo_people', 'feedback') }}
