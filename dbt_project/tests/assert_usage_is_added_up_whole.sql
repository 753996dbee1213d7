{{ config(meta={'dagster': {'ref': {'name': 'fct_usage_daily'}}}) }}

-- The daily table holds every action that the stream reports, those of unknown customers too.

with

stream_total as (
    select coalesce(sum(event_count), 0) as event_count
    from {{ ref('int_usage_unioned') }}
),

daily_total as (
    select coalesce(sum(event_count), 0) as event_count
    from {{ ref('fct_usage_daily') }}
)

select
    stream_total.event_count as stream_events,
    daily_total.event_count as daily_events
from stream_total
cross join daily_total
where stream_total.event_count <> daily_total.event_count
