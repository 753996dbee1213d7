{{ config(meta={'dagster': {'ref': {'name': 'mart_segment_migration'}}}) }}

-- Moves into a group are its customers at the end, moves out of it its customers at the start; and
-- the last end of all is what mart_segments says today.

{%- set segmentations = {
    'rfm_segment': 'rfm_segment',
    'lifecycle_state': 'lifecycle_state',
    'value_band': 'value_band',
    'attitude': 'attitude',
    'buying_habit': 'buying_habit',
    'engagement': "case when is_engaged then 'engaged' else 'not engaged' end",
} %}

with

moves as (
    select * from {{ ref('mart_segment_migration') }}
),

history as (
    {%- for segmentation in segmentations %}
    select
        as_of_date,
        '{{ segmentation }}' as segmentation,
        {{ segmentation }} as segment_value,
        count(*) as customers
    from {{ ref('int_segment_history') }}
    group by as_of_date, {{ segmentation }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

today as (
    {%- for segmentation, expression in segmentations.items() %}
    select
        '{{ segmentation }}' as segmentation,
        {{ expression }} as segment_value,
        count(*) as customers
    from {{ ref('mart_segments') }}
    group by {{ expression }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

ends as (
    select
        'end' as side,
        period_grain,
        to_date as as_of_date,
        segmentation,
        to_value as segment_value,
        sum(customers) as customers
    from moves
    group by period_grain, to_date, segmentation, to_value

    union all

    select
        'start' as side,
        period_grain,
        from_date as as_of_date,
        segmentation,
        from_value as segment_value,
        sum(customers) as customers
    from moves
    where from_value <> 'not yet known'
    group by period_grain, from_date, segmentation, from_value
)

select
    ends.side as problem,
    ends.segmentation,
    ends.segment_value,
    ends.as_of_date
from ends
left join history
    on
        ends.as_of_date = history.as_of_date
        and ends.segmentation = history.segmentation
        and ends.segment_value = history.segment_value
where history.customers is null or ends.customers <> history.customers

union all

select
    'today differs from mart_segments' as problem,
    today.segmentation,
    today.segment_value,
    {{ as_of_date() }} as as_of_date
from today
left join history
    on
        today.segmentation = history.segmentation
        and today.segment_value = history.segment_value
        and history.as_of_date = {{ as_of_date() }}
where coalesce(history.customers, 0) <> today.customers
