select
    source_name || ':' || employee_feedback_id as employee_feedback_id,
    submitted_at,
    team,
    touchpoint_id,
    kind,
    score,
    comment_text,
    {{ redact_personal_data('comment_text') }} as comment_redacted,
    source_name
from {{ ref('int_employee_feedback_unioned') }}
