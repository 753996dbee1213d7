{{ config(schema='core', contract={'enforced': false}) }}

with

calendar as (
    select * from {{ ref('int_business_calendar') }}
    where open_seconds > 0
),

-- A segment ends with its day, so it lies in four buckets of eight hours at most.
places as (
    {%- for place in range(4) %}
    {% if not loop.first %}union all{% endif %}
    select {{ place }} as place
    {%- endfor %}
),

bounded as (
    select
        calendar_id,
        starts_at,
        open_seconds,
        open_seconds_before,
        cast(
            floor(open_seconds_before * 1.0e0 / {{ business_bucket_seconds() }}) as bigint
        ) as first_bucket,
        cast(
            floor(
                (open_seconds_before + open_seconds) * 1.0e0 / {{ business_bucket_seconds() }}
            ) as bigint
        ) as last_bucket
    from calendar
)

select
    bounded.calendar_id,
    bounded.first_bucket + places.place as bucket_number,
    bounded.starts_at,
    bounded.open_seconds,
    bounded.open_seconds_before
from bounded
inner join places on bounded.first_bucket + places.place <= bounded.last_bucket
