create or replace temp table tickets as
select
    all_tickets.*,
    'T-' || ticket_key as ticket_id,
    case when first_replied_at < history_end() then first_replied_at end as replied_at,
    case when not is_unsolved and solved_draw < history_end() then solved_draw end as solved_at,
    case
        when is_transferred and first_replied_at + (solved_draw - first_replied_at) * 0.2
            < history_end()
            then first_replied_at + (solved_draw - first_replied_at) * 0.2
    end as transferred_at,
    case
        when is_reopened and not is_unsolved and first_replied_at + (solved_draw - first_replied_at)
            * 0.4 < history_end()
            then first_replied_at + (solved_draw - first_replied_at) * 0.4
    end as first_solved_at,
    case
        when is_reopened and not is_unsolved and first_replied_at + (solved_draw - first_replied_at)
            * 0.6 < history_end()
            then first_replied_at + (solved_draw - first_replied_at) * 0.6
    end as reopened_at,
    case
        when reason in ('unexpected_charge', 'payment_problem') then 'billing'
        when reason in ('bug', 'performance', 'integration') then 'technical'
        else 'frontline'
    end as team,
    'agent-' || lpad((1 + floor(30
        * uniform(n, month_index, ticket_number, 'agent'))::int)::varchar, 2, '0') as agent_id
from all_tickets
join lifetimes using (n)
where is_customer_at(opened_at, started_at, churned_at, returned_at);

create or replace temp table helpdesk_tickets as
select
    ticket_id as id,
    contact_email as requester,
    written_in('Europe/Berlin', opened_at) as created,
    written_in('Europe/Berlin', replied_at) as first_reply,
    written_in('Europe/Berlin', solved_at) as solved,
    channel_id as channel,
    reason,
    pick(['low', 'normal', 'normal', 'high'], uniform(tickets.n, ticket_key, 'priority'))
        as priority,
    case
        when solved_at is not null and solved_at < history_end() - interval 14 day then 'closed'
        when solved_at is not null then 'solved' when replied_at is not null then 'pending'
            else 'open'
    end as status,
    team as group_name,
    agent_id as assignee,
    (reopened_at is not null)::int as reopens,
    (transferred_at is not null)::int as transfers,
    case
        when (hash(n, ticket_key, 'late', {{ seed }}) % 20) = 0
            and date_trunc('month', opened_at) = timestamp '2025-03-01'
            then 'late' else strftime(opened_at, '%Y')
    end as delivery
from tickets
join contacts using (n)
where contact_number = 0;

-- How a ticket is worked on between its first reply and its solution, in shares of that time: what
-- is solved twice is worked on till the first solution, and answered once more after it came back.
create or replace temp table ticket_work as
select
    *,
    case
        when transferred_at is null and reopened_at is null
            and uniform(n, ticket_key, 'one_reply') < {{ truths.support.one_reply_probability }}
            then 1
        when uniform(n, ticket_key, 'replies') < {{ truths.support.two_replies_share }} then 2
        else 3
    end - (reopened_at is not null)::int as replies,
    epoch(solved_draw - first_replied_at) * case when reopened_at is not null then 0.4 else 1 end
        as work_seconds,
    uniform(n, ticket_key, 'hold') < case
        when is_slow then {{ truths.support.slow_hold_probability }}
        else {{ truths.support.usual_hold_probability }}
    end as is_held
from tickets;

create or replace temp table helpdesk_ticket_events as
with rounds as (
    select
        *,
        unnest(range(1, replies)) as round,
        0.3 + 0.4 * uniform(n, ticket_key, 'customer_time') as customer_share
    from ticket_work
    where replied_at is not null
),

events as (
    select ticket_id, opened_at as occurred_at, 'opened' as event_type, 'open' as status, 1 as step,
        team, agent_id
    from tickets
    union all
    select ticket_id, replied_at, 'replied', case when replies > 1 then 'pending' end, 2, team,
        agent_id
    from ticket_work
    union all
    select ticket_id, transferred_at, 'transferred', null, 3, 'technical', agent_id from tickets
    union all
    select ticket_id, first_solved_at, 'solved', 'solved', 4, team, agent_id from tickets
    union all
    select ticket_id, reopened_at, 'reopened', 'open', 5, team, agent_id from tickets
    union all
    select ticket_id, solved_at, 'solved', 'solved', 6, team, agent_id from tickets
    union all
    select ticket_id, after_seconds(reopened_at, 0.2 * epoch(solved_draw - first_replied_at)),
        'replied', null, 7, team, agent_id
    from tickets
    where reopened_at is not null
    union all
    select ticket_id, after_seconds(reopened_at, 1), 'customer_replied', null, 8, team, null
    from tickets
    where reopened_at is not null
    union all
    select
        ticket_id,
        after_seconds(first_replied_at, work_seconds * (round - 1 + customer_share) / replies),
        'customer_replied', 'open', 10 + 2 * round, team, null
    from rounds
    union all
    select
        ticket_id,
        after_seconds(first_replied_at, work_seconds * round / replies),
        'replied', case when round < replies - 1 then 'pending' end, 11 + 2 * round, team, agent_id
    from rounds
    union all
    select
        ticket_id,
        after_seconds(first_replied_at, work_seconds * (replies - 0.9) / replies),
        'status_changed', 'hold', 30, team, agent_id
    from ticket_work
    where is_held and replied_at is not null
    union all
    select
        ticket_id,
        after_seconds(first_replied_at, work_seconds * (replies - 0.3) / replies),
        'status_changed', 'open', 31, team, agent_id
    from ticket_work
    where is_held and replied_at is not null
)

select
    ticket_id || '/' || step::varchar as id,
    ticket_id as ticket,
    written_in('Europe/Berlin', occurred_at) as logged,
    event_type as type,
    status,
    team as group_name,
    agent_id as assignee
from events
where occurred_at < history_end();

-- The telephone system's log: callers wait before an agent answers and opens the ticket, and later
-- while the agent looks something up.
create or replace temp table helpdesk_waits as
with waits as (
    select
        tickets.*,
        'queue' as kind,
        case
            when uniform(n, ticket_key, 'queue') < {{ truths.support.long_queue_probability }}
                then 301 + 900 * uniform(n, ticket_key, 'queue_time') ^ 2
            else 5 + 290 * uniform(n, ticket_key, 'queue_time') ^ 2
        end as seconds
    from tickets
    where channel_id = 'phone' and uniform(n, ticket_key, 'queue') < 0.9
    union all
    select tickets.*, 'hold', 20 + 400 * uniform(n, ticket_key, 'hold_time') ^ 2
    from tickets
    where channel_id = 'phone'
        and uniform(n, ticket_key, 'call_hold') < {{ truths.support.call_hold_probability }}
)

select
    ticket_id || '/' || kind as id,
    ticket_id as ticket,
    contact_email as caller,
    kind,
    written_in('Europe/Berlin', case kind
        when 'queue' then after_seconds(opened_at, -seconds)
        else opened_at + interval 30 second
    end) as began,
    floor(seconds)::bigint as seconds
from waits
join contacts using (n)
where contact_number = 0;
