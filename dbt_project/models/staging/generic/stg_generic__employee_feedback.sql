{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    employee_feedback_id,
    submitted_at,
    team,
    touchpoint_id,
    kind,
    score,
    comment_text
from {{ source('generic', 'employee_feedback') }}
