with

snapshots as (
    select * from {{ ref('int_feature_snapshots') }}
),

snapshot_days as (
    select * from {{ ref('int_feature_snapshot_days') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

-- The term runs from the last start or renewal up to and including the change.
dated_changes as (
    select
        customer_id,
        cast(changed_at as date) as changed_date,
        coalesce(cast(valid_to as date), cast({{ end_of_time() }} as date)) as changed_again_date,
        change_type,
        status,
        seats,
        mrr_amount,
        contract_months,
        max(case when change_type in ('started', 'renewed') then cast(changed_at as date) end) over (
            partition by subscription_id
            order by changed_at, subscription_change_id
            rows between unbounded preceding and current row
        ) as term_started_date
    from subscription_changes
    where customer_id is not null
),

running as (
    select
        dated_changes.customer_id,
        snapshots.as_of_date,
        cast(sum(dated_changes.mrr_amount) as double) as mrr_amount,
        cast(sum(dated_changes.seats) as bigint) as seats,
        cast(max(dated_changes.contract_months) as bigint) as contract_months,
        max(dated_changes.term_started_date) as term_started_date
    from dated_changes
    inner join snapshots
        on
            dated_changes.changed_date <= snapshots.as_of_date
            and dated_changes.changed_again_date > snapshots.as_of_date
    where dated_changes.status = 'active'
    group by dated_changes.customer_id, snapshots.as_of_date
),

earlier_days as (
    select
        as_of_date,
        day_date
    from snapshot_days
    where days_before = 179
),

running_before as (
    select
        dated_changes.customer_id,
        earlier_days.as_of_date,
        cast(sum(dated_changes.mrr_amount) as double) as mrr_amount
    from dated_changes
    inner join earlier_days
        on
            dated_changes.changed_date <= earlier_days.day_date
            and dated_changes.changed_again_date > earlier_days.day_date
    where dated_changes.status = 'active'
    group by dated_changes.customer_id, earlier_days.as_of_date
),

downgrades as (
    select
        dated_changes.customer_id,
        snapshot_days.as_of_date,
        count(*) as downgrade_count_180d
    from dated_changes
    inner join snapshot_days on dated_changes.changed_date = snapshot_days.day_date
    where dated_changes.change_type = 'downgraded'
    group by dated_changes.customer_id, snapshot_days.as_of_date
)

select
    running.customer_id,
    running.as_of_date,
    running.mrr_amount,
    running.seats,
    running.mrr_amount / nullif(running.seats, 0) as seat_price_amount,
    running.mrr_amount / nullif(running_before.mrr_amount, 0) - 1 as mrr_change_180d_share,
    coalesce(downgrades.downgrade_count_180d, 0) as downgrade_count_180d,
    running.contract_months,
    -- A monthly contract renews itself and is never "due".
    case
        when running.contract_months > 1
            then {{ days_to_term_end(
                'running.term_started_date', 'running.as_of_date', 'running.contract_months'
            ) }}
    end as days_to_renewal
from running
left join running_before
    on
        running.customer_id = running_before.customer_id
        and running.as_of_date = running_before.as_of_date
left join downgrades
    on
        running.customer_id = downgrades.customer_id
        and running.as_of_date = downgrades.as_of_date
