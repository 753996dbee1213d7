-- A detector without what its kind needs finds nothing and nobody would notice.

with

detectors as (
    select * from {{ ref('friction_detectors') }}
)

select
    detector_id,
    kind
from detectors
where
    (kind in ('rework', 'abandonment') and journey_id is null)
    or (kind not in ('rework', 'abandonment') and touchpoint_id is null)
    or (kind not in ('rework', 'abandonment', 'touchpoint') and threshold is null)
    or (kind in ('rework', 'abandonment', 'touchpoint') and threshold is not null)
