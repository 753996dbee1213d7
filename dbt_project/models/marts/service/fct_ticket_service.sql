with

tickets as (
    select * from {{ ref('int_service_tickets') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

stretches as (
    select * from {{ ref('int_ticket_stretches') }}
),

reply_periods as (
    select * from {{ ref('int_ticket_reply_periods') }}
),

priorities as (
    select * from {{ ref('service_priorities') }}
),

satisfaction as (
    select * from {{ ref('int_ticket_satisfaction') }}
),

calendar as (
    select * from {{ ref('int_business_calendar') }}
),

states as (
    select
        stretches.ticket_id,
        min(
            case
                when stretches.state_class = 'solved' and stretches.is_dated
                    then stretches.starts_at
            end
        ) as first_solved_at,
        max(
            case when stretches.state_class = 'solved' and stretches.is_last then 1 else 0 end
        ) = 1 as is_solved,
        max(
            case
                when
                    stretches.state_class = 'solved' and stretches.is_last and stretches.is_dated
                    then stretches.starts_at
            end
        ) as last_solved_at,
        count(
            case
                when stretches.class_before = 'solved' and stretches.state_class <> 'solved' then 1
            end
        ) as reopen_count,
        max(case when stretches.has_states then 1 else 0 end) = 1 as has_states,
        {%- for name, classes in [
            ('requester_wait', "('open', 'hold')"),
            ('agent_wait', "('pending')"),
            ('on_hold', "('hold')"),
        ] %}
        {{ exact_sum(
            "case when stretches.state_class in " ~ classes ~ " then stretches.elapsed_seconds"
            " else 0 end"
        ) }} as {{ name }}_seconds,
        {{ exact_sum(
            "case when stretches.state_class in " ~ classes ~ " then stretches.business_seconds"
            " else 0 end"
        ) }} as {{ name }}_business_seconds,
        {%- endfor %}
        count(case when priorities.priority_rank > earlier_priorities.priority_rank then 1 end)
            as raise_count,
        max(case when stretches.stretch_number = 1 then stretches.priority end) as first_priority
    from stretches
    left join priorities on stretches.priority = priorities.priority
    left join priorities as earlier_priorities
        on stretches.priority_before = earlier_priorities.priority
    group by stretches.ticket_id
),

handling as (
    select
        ticket_id,
        count(case when event_type = 'replied' then 1 end) as reply_count,
        count(case when event_type = 'transferred' then 1 end) as transfer_count,
        count(case when event_type = 'escalated' then 1 end) as escalation_count,
        count(case when event_type = 'identified' then 1 end) as identification_count,
        count(distinct agent_id) as agent_count
    from ticket_events
    group by ticket_id
),

channels as (
    select
        ticket_id,
        opened_at as occurred_at,
        '' as ticket_event_id,
        channel_id
    from tickets
    where channel_id is not null

    union all

    select
        ticket_id,
        occurred_at,
        ticket_event_id,
        message_channel_id as channel_id
    from ticket_events
    where message_channel_id is not null and event_type in ('customer_replied', 'replied')
),

channel_steps as (
    select
        ticket_id,
        ticket_event_id,
        channel_id,
        lag(channel_id) over (
            partition by ticket_id order by occurred_at, ticket_event_id
        ) as channel_before
    from channels
),

channel_changes as (
    select
        ticket_id,
        count(case when channel_id <> channel_before then 1 end) as switch_count,
        count(case when ticket_event_id <> '' then 1 end) as message_count
    from channel_steps
    group by ticket_id
),

next_replies as (
    select
        ticket_id,
        count(answered_at) as next_reply_count,
        {{ exact_average(seconds_between('asked_at', 'answered_at')) }} / 3600.0e0
            as next_reply_hours
    from reply_periods
    group by ticket_id
),

-- The last solution as the help desk measured it goes before that of the events.
timed as (
    select
        tickets.*,
        case when states.is_solved then coalesce(tickets.solved_at, states.last_solved_at) end
            as last_solved_at,
        case
            when states.first_solved_at is null or states.first_solved_at > tickets.solved_at
                then tickets.solved_at
            else states.first_solved_at
        end as first_solved_at,
        coalesce(states.is_solved, false) as is_solved,
        states.reopen_count as recorded_reopen_count,
        coalesce(states.has_states, false) as has_states,
        {%- for name in ['requester_wait', 'agent_wait', 'on_hold'] %}
        states.{{ name }}_seconds,
        states.{{ name }}_business_seconds,
        {%- endfor %}
        states.raise_count,
        states.first_priority
    from tickets
    left join states on tickets.ticket_id = states.ticket_id
),

clocked as (
    select
        timed.*,
        {{ business_clock('opened', 'timed.opened_at') }} as opened_clock,
        {{ business_clock('replied', 'timed.first_replied_at') }} as first_replied_clock,
        {{ business_clock('first_solution', 'timed.first_solved_at') }} as first_solved_clock,
        {{ business_clock('last_solution', 'timed.last_solved_at') }} as last_solved_clock
    from timed
    left join calendar as opened
        on {{ is_segment_of('opened', 'timed.calendar_id', 'timed.opened_at') }}
    left join calendar as replied
        on {{ is_segment_of('replied', 'timed.calendar_id', 'timed.first_replied_at') }}
    left join calendar as first_solution
        on {{ is_segment_of('first_solution', 'timed.calendar_id', 'timed.first_solved_at') }}
    left join calendar as last_solution
        on {{ is_segment_of('last_solution', 'timed.calendar_id', 'timed.last_solved_at') }}
)

select
    clocked.ticket_id,
    clocked.customer_id,
    clocked.segment,
    clocked.channel_id,
    clocked.reason,
    clocked.priority,
    clocked.first_priority,
    clocked.team,
    clocked.agent_id,
    clocked.calendar_id,
    clocked.opened_at,
    clocked.first_replied_at,
    clocked.first_solved_at,
    clocked.last_solved_at as solved_at,
    clocked.is_solved,
    {%- for name, ended in [
        ('first_reply', 'first_replied'),
        ('first_resolution', 'first_solved'),
        ('resolution', 'last_solved'),
    ] %}
    case
        when clocked.{{ ended }}_at >= clocked.opened_at
            then {{ seconds_between('clocked.opened_at', 'clocked.' ~ ended ~ '_at') }} / 3600.0e0
    end as {{ name }}_hours,
    {{ business_seconds(
        'clocked.opened_at', 'clocked.' ~ ended ~ '_at',
        'clocked.opened_clock', 'clocked.' ~ ended ~ '_clock'
    ) }} / 3600.0e0 as {{ name }}_business_hours,
    {%- endfor %}
    next_replies.next_reply_hours,
    next_replies.next_reply_count,
    case when clocked.records_replies then coalesce(handling.reply_count, 0) end as reply_count,
    case
        when not clocked.records_replies or not clocked.is_solved then null
        when coalesce(handling.reply_count, 0) = 0 then 'no_reply'
        when handling.reply_count = 1 then 'one_touch'
        when handling.reply_count = 2 then 'two_touch'
        else 'multi_touch'
    end as touch_class,
    case
        when clocked.records_reopens then coalesce(clocked.recorded_reopen_count, 0)
        else clocked.source_reopen_count
    end as reopen_count,
    case
        when clocked.records_transfers then coalesce(handling.transfer_count, 0)
        else clocked.source_transfer_count
    end as handoff_count,
    nullif(handling.agent_count, 0) as agent_count,
    case
        when clocked.records_escalations
            then coalesce(clocked.raise_count, 0) + coalesce(handling.escalation_count, 0)
    end as escalation_count,
    case when channel_changes.message_count > 0 then channel_changes.switch_count end
        as channel_switch_count,
    case
        when clocked.records_identifications
            then greatest(coalesce(handling.identification_count, 0) - 1, 0)
    end as repeated_identification_count,
    {%- for name in ['requester_wait', 'agent_wait', 'on_hold'] %}
    case when clocked.has_states then clocked.{{ name }}_seconds / 3600.0e0 end
        as {{ name }}_hours,
    case when clocked.has_states then clocked.{{ name }}_business_seconds / 3600.0e0 end
        as {{ name }}_business_hours,
    {%- endfor %}
    satisfaction.is_satisfied,
    clocked.source_name
from clocked
left join handling on clocked.ticket_id = handling.ticket_id
left join channel_changes on clocked.ticket_id = channel_changes.ticket_id
left join next_replies on clocked.ticket_id = next_replies.ticket_id
left join satisfaction on clocked.ticket_id = satisfaction.ticket_id
