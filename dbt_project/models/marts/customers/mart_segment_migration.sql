with

history as (
    select * from {{ ref('int_segment_history') }}
),

{%- set segmentations = [
    'rfm_segment', 'lifecycle_state', 'value_band', 'attitude', 'buying_habit', 'engagement'
] %}

groups as (
    {%- for segmentation in segmentations %}
    select
        customer_id,
        as_of_date,
        months_back,
        '{{ segmentation }}' as segmentation,
        {{ segmentation }} as segment_value
    from history
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

periods as (
    select
        earlier.as_of_date as from_date,
        later.as_of_date as to_date,
        case later.months_back + 1 when earlier.months_back then 'month' else 'twelve_months' end
            as period_grain
    from snapshots as later
    inner join snapshots as earlier
        on earlier.months_back in (later.months_back + 1, later.months_back + 12)
),

-- Nobody who is known is ever forgotten, so only arrivals have no group at the start.
moves as (
    select
        periods.period_grain,
        periods.from_date,
        periods.to_date,
        arrived.segmentation,
        coalesce(departed.segment_value, 'not yet known') as from_value,
        arrived.segment_value as to_value,
        count(*) as customers
    from periods
    inner join groups as arrived on periods.to_date = arrived.as_of_date
    left join groups as departed
        on
            periods.from_date = departed.as_of_date
            and arrived.segmentation = departed.segmentation
            and arrived.customer_id = departed.customer_id
    group by
        periods.period_grain,
        periods.from_date,
        periods.to_date,
        arrived.segmentation,
        coalesce(departed.segment_value, 'not yet known'),
        arrived.segment_value
)

select
    period_grain,
    from_date,
    to_date,
    segmentation,
    from_value,
    to_value,
    customers,
    cast(sum(customers) over from_group as bigint) as from_customers,
    cast(sum(customers) over to_group as bigint) as to_customers,
    cast(customers * 1.0e0 / sum(customers) over from_group as double) as from_share,
    cast(customers * 1.0e0 / sum(customers) over to_group as double) as to_share
from moves
window
    from_group as (partition by period_grain, to_date, segmentation, from_value),
    to_group as (partition by period_grain, to_date, segmentation, to_value)
