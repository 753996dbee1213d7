with

tickets as (
    select * from {{ ref('int_tickets_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

resolved as (
    select
        tickets.source_name || ':' || tickets.ticket_id as ticket_id,
        customer_identities.customer_id,
        tickets.opened_at,
        {{ known_by_as_of('tickets.first_replied_at') }} as first_replied_at,
        {{ known_by_as_of('tickets.solved_at') }} as solved_at,
        tickets.channel_id,
        tickets.reason,
        tickets.priority,
        tickets.status as latest_status,
        tickets.team,
        tickets.agent_id,
        tickets.reopen_count,
        tickets.transfer_count,
        tickets.source_name,
        coalesce(cast(tickets.solved_at as date) > {{ as_of_date() }}, false) as is_solved_later
    from tickets
    left join customer_identities
        on
            tickets.customer_key_type = customer_identities.identity_type
            and tickets.customer_key = customer_identities.identity_value
)

select
    ticket_id,
    customer_id,
    opened_at,
    first_replied_at,
    solved_at,
    channel_id,
    reason,
    priority,
    case when is_solved_later then 'open' else latest_status end as status,
    team,
    agent_id,
    reopen_count,
    transfer_count,
    case
        when first_replied_at >= opened_at
            then {{ seconds_between('opened_at', 'first_replied_at') }} / 3600.0e0
    end as first_reply_hours,
    case
        when solved_at >= opened_at
            then {{ seconds_between('opened_at', 'solved_at') }} / 3600.0e0
    end as resolution_hours,
    source_name
from resolved
