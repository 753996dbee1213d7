with

-- Somebody may be known by an address and hold no account: no customer, so no timeline.
customers as (
    select customer_id from {{ ref('dim_customers') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
    where
        customer_id in (select customers.customer_id from customers)
        and event_name <> 'survey_completed'
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where
        customer_id in (select customers.customer_id from customers)
        and score is not null
),

comments as (
    select * from {{ ref('fct_feedback') }}
    where customer_id in (select customers.customer_id from customers)
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

-- Unrelated contacts of one kind on one day are one entry with their number: a day's clicks in the
-- product say one thing, and ten million of them would bury the rest.
daily_contacts as (
    select
        customer_id,
        min(occurred_at) as occurred_at,
        max(occurred_at) as last_occurred_at,
        'interaction' as kind,
        touchpoint_id,
        event_name,
        channel_id,
        cast(null as varchar) as related_id,
        source_name,
        outcome,
        count(*) as contact_count,
        min(interaction_id) as entry_id
    from interactions
    where coalesce(related_type, '') not in ('ticket', 'order', 'subscription')
    group by
        customer_id, cast(occurred_at as date), touchpoint_id, event_name, channel_id, source_name,
        outcome
),

related_contacts as (
    select
        customer_id,
        occurred_at,
        occurred_at as last_occurred_at,
        related_type as kind,
        touchpoint_id,
        event_name,
        channel_id,
        related_id,
        source_name,
        outcome,
        1 as contact_count,
        interaction_id as entry_id
    from interactions
    where related_type in ('ticket', 'order', 'subscription')
),

-- What a contact is about as a column of its own: an outer join with a condition on one side only
-- would compare every pair.
contacts as (
    select
        *,
        cast(null as varchar) as ticket_id,
        cast(null as varchar) as order_id
    from daily_contacts

    union all

    select
        *,
        case when kind = 'ticket' then related_id end as ticket_id,
        case when kind = 'order' then related_id end as order_id
    from related_contacts
),

survey_entries as (
    select
        customer_id,
        max(answered_at) as occurred_at,
        max(answered_at) as last_occurred_at,
        'survey' as kind,
        min(touchpoint_id) as touchpoint_id,
        min(channel_id) as channel_id,
        1 as contact_count,
        source_name,
        min(answer_id) as entry_id,
        concat('Answered ', replace(survey_id, '_', ' ')) as headline,
        string_agg(
            concat(metric, ' ', cast(cast(score as decimal(18, 0)) as varchar)), ' · '
            order by metric, answer_id
        ) as detail
    from answers
    group by customer_id, source_name, survey_id, response_id
),

comment_entries as (
    select
        customer_id,
        occurred_at,
        occurred_at as last_occurred_at,
        'comment' as kind,
        touchpoint_id,
        channel_id,
        1 as contact_count,
        source_name,
        feedback_id as entry_id,
        concat('Comment, ', feedback_kind, case when is_solicited then ', asked for' else '' end)
            as headline,
        comment_redacted as detail
    from comments
),

entries as (
    select
        customer_id,
        occurred_at,
        last_occurred_at,
        kind,
        touchpoint_id,
        channel_id,
        contact_count,
        source_name,
        entry_id,
        event_name,
        ticket_id,
        order_id,
        cast(null as varchar) as headline,
        nullif(outcome, 'success') as detail
    from contacts

    union all

    select
        customer_id,
        occurred_at,
        last_occurred_at,
        kind,
        touchpoint_id,
        channel_id,
        contact_count,
        source_name,
        entry_id,
        cast(null as varchar) as event_name,
        cast(null as varchar) as ticket_id,
        cast(null as varchar) as order_id,
        headline,
        detail
    from survey_entries

    union all

    select
        customer_id,
        occurred_at,
        last_occurred_at,
        kind,
        touchpoint_id,
        channel_id,
        contact_count,
        source_name,
        entry_id,
        cast(null as varchar) as event_name,
        cast(null as varchar) as ticket_id,
        cast(null as varchar) as order_id,
        headline,
        detail
    from comment_entries
),

-- Numbered within each customer, so nothing is ever sorted as a whole, and before any words are
-- written, so that only narrow rows are held.
numbered as (
    select
        *,
        row_number() over (partition by customer_id order by occurred_at, kind, entry_id)
            as sequence  -- noqa: RF04, the name of the published column
    from entries
)

select
    numbered.customer_id,
    numbered.occurred_at,
    numbered.sequence,
    numbered.kind,
    numbered.touchpoint_id,
    numbered.channel_id,
    coalesce(
        numbered.headline,
        concat(
            case
                when numbered.touchpoint_id = 'unmapped'
                    then replace(numbered.event_name, '_', ' ')
                else coalesce(touchpoints.touchpoint_name, numbered.touchpoint_id)
            end,
            case
                when numbered.contact_count > 1
                    then concat(' × ', cast(numbered.contact_count as varchar))
                else ''
            end
        )
    ) as headline,
    left(
        case
            when tickets.ticket_id is not null
                then concat_ws(
                    ' · ', tickets.reason, 'priority ' || tickets.priority, tickets.team
                )
            when orders.order_id is not null
                then concat_ws(
                    ' · ', orders.status,
                    cast(orders.total_amount as varchar) || ' ' || orders.currency
                )
            else numbered.detail
        end, 280
    ) as detail,
    numbered.last_occurred_at,
    numbered.contact_count,
    numbered.source_name
from numbered
left join touchpoints on numbered.touchpoint_id = touchpoints.touchpoint_id
left join tickets on numbered.ticket_id = tickets.ticket_id
left join orders on numbered.order_id = orders.order_id
