-- Only moments up to each date are used. The ticket's own counters, status and team show its end,
-- so reopening and transfers are counted from interactions instead.
with

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

snapshot_days as (
    select * from {{ ref('int_feature_snapshot_days') }}
),

tickets as (
    select
        customer_id,
        cast(opened_at as date) as opened_date,
        cast(solved_at as date) as solved_date,
        resolution_hours
    from {{ ref('fct_tickets') }}
    where customer_id is not null
),

opened as (
    select
        tickets.customer_id,
        snapshot_days.as_of_date,
        sum(case when snapshot_days.days_before < 30 then 1 else 0 end) as ticket_count_30d,
        count(*) as ticket_count_90d
    from tickets
    inner join snapshot_days on tickets.opened_date = snapshot_days.day_date
    where snapshot_days.days_before < 90
    group by tickets.customer_id, snapshot_days.as_of_date
),

solved as (
    select
        tickets.customer_id,
        snapshot_days.as_of_date,
        {{ exact_average('tickets.resolution_hours') }} as mean_resolution_hours_90d,
        sum(
            case
                when tickets.resolution_hours > {{ var('slow_resolution_hours') }} then 1 else 0
            end
        ) as slow_resolution_count_90d
    from tickets
    inner join snapshot_days on tickets.solved_date = snapshot_days.day_date
    where snapshot_days.days_before < 90
    group by tickets.customer_id, snapshot_days.as_of_date
),

still_open as (
    select
        tickets.customer_id,
        snapshots.as_of_date,
        count(*) as open_ticket_count,
        max({{ datediff('tickets.opened_date', 'snapshots.as_of_date', 'day') }})
            as oldest_open_ticket_days
    from tickets
    inner join snapshots
        on
            tickets.opened_date <= snapshots.as_of_date
            and (tickets.solved_date is null or tickets.solved_date > snapshots.as_of_date)
    group by tickets.customer_id, snapshots.as_of_date
),

keys as (
    select
        customer_id,
        as_of_date
    from opened
    union
    select
        customer_id,
        as_of_date
    from solved
    union
    select
        customer_id,
        as_of_date
    from still_open
)

select
    keys.customer_id,
    keys.as_of_date,
    cast(coalesce(opened.ticket_count_30d, 0) as bigint) as ticket_count_30d,
    cast(coalesce(opened.ticket_count_90d, 0) as bigint) as ticket_count_90d,
    solved.mean_resolution_hours_90d,
    cast(coalesce(solved.slow_resolution_count_90d, 0) as bigint) as slow_resolution_count_90d,
    cast(coalesce(still_open.open_ticket_count, 0) as bigint) as open_ticket_count,
    cast(coalesce(still_open.oldest_open_ticket_days, 0) as bigint) as oldest_open_ticket_days
from keys
left join opened
    on keys.customer_id = opened.customer_id and keys.as_of_date = opened.as_of_date
left join solved
    on keys.customer_id = solved.customer_id and keys.as_of_date = solved.as_of_date
left join still_open
    on keys.customer_id = still_open.customer_id and keys.as_of_date = still_open.as_of_date
