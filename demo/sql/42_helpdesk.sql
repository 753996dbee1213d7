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

create or replace temp table helpdesk_ticket_events as
with events as (
    select ticket_id, opened_at as occurred_at, 'opened' as event_type, 1 as step, team, agent_id
        from tickets
    union all
    select ticket_id, replied_at, 'replied', 2, team, agent_id from tickets
    union all
    select ticket_id, transferred_at, 'transferred', 3, 'technical', agent_id from tickets
    union all
    select ticket_id, first_solved_at, 'solved', 4, team, agent_id from tickets
    union all
    select ticket_id, reopened_at, 'reopened', 5, team, agent_id from tickets
    union all
    select ticket_id, solved_at, 'solved', 6, team, agent_id from tickets
)

select
    ticket_id || '/' || step::varchar as id,
    ticket_id as ticket,
    written_in('Europe/Berlin', occurred_at) as logged,
    event_type as type,
    team as group_name,
    agent_id as assignee
from events
where occurred_at is not null;
