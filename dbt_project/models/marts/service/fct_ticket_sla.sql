{#- In which states the clock of a metric runs. Waiting for the customer, or for a third party, is
    nobody's delay at work. -#}
{%- set running = {
    'first_reply': "('open', 'hold', 'pending', 'solved')",
    'next_reply': "('open', 'hold', 'pending', 'solved')",
    'resolution': "('open', 'hold', 'pending')",
    'requester_wait': "('open', 'hold')",
    'agent_work': "('open')",
} -%}

with

tickets as (
    select * from {{ ref('int_service_tickets') }}
),

service as (
    select * from {{ ref('fct_ticket_service') }}
),

stretches as (
    select * from {{ ref('int_ticket_stretches') }}
),

reply_periods as (
    select * from {{ ref('int_ticket_reply_periods') }}
),

calendar as (
    select * from {{ ref('int_business_calendar') }}
),

time_index as (
    select * from {{ ref('int_business_time_index') }}
),

policies as (
    select
        *,
        lead(valid_from) over (partition by priority, metric order by valid_from) as valid_to
    from {{ ref('sla_policies') }}
),

-- A solution without a reply is the answer.
periods as (
    select
        service.ticket_id,
        'first_reply' as metric,
        1 as period_number,
        service.opened_at as started_at,
        case
            when
                service.first_replied_at <= service.first_solved_at
                or service.first_solved_at is null
                then service.first_replied_at
            else service.first_solved_at
        end as fulfilled_at,
        false as needs_states
    from service
    inner join tickets on service.ticket_id = tickets.ticket_id
    where
        tickets.records_first_replies
        and coalesce(service.first_replied_at >= service.opened_at, true)

    union all

    select
        reply_periods.ticket_id,
        'next_reply' as metric,
        reply_periods.period_number,
        reply_periods.asked_at as started_at,
        coalesce(
            reply_periods.answered_at,
            case when service.solved_at >= reply_periods.asked_at then service.solved_at end
        ) as fulfilled_at,
        false as needs_states
    from reply_periods
    inner join service on reply_periods.ticket_id = service.ticket_id

    {%- for metric in ['resolution', 'requester_wait', 'agent_work'] %}

    union all

    select
        ticket_id,
        '{{ metric }}' as metric,
        1 as period_number,
        opened_at as started_at,
        solved_at as fulfilled_at,
        {{ 'false' if loop.first else 'true' }} as needs_states
    from service
    -- Closed at a moment that nobody recorded: neither kept nor broken.
    where (not is_solved or solved_at >= opened_at)
    {%- endfor %}
),

-- The time in which the clock of the metric ran, cut where the priority changed.
runs as (
    select
        periods.ticket_id,
        periods.metric,
        periods.period_number,
        periods.started_at,
        periods.fulfilled_at,
        stretches.priority,
        greatest(periods.started_at, stretches.starts_at) as run_from,
        least(coalesce(periods.fulfilled_at, {{ as_of_end() }}), stretches.ends_at) as run_to
    from periods
    inner join stretches
        on
            periods.ticket_id = stretches.ticket_id
            and periods.started_at < stretches.ends_at
            and coalesce(periods.fulfilled_at, {{ as_of_end() }}) >= stretches.starts_at
    where
        (stretches.has_states or not periods.needs_states)
        and case periods.metric
            {%- for metric, states in running.items() %}
            when '{{ metric }}' then stretches.state_class in {{ states }}
            {%- endfor %}
        end
),

promised as (
    select
        runs.*,
        tickets.calendar_id,
        coalesce(own_policy.target_hours, any_policy.target_hours) * 3600.0e0 as target_seconds,
        coalesce(own_policy.is_business_hours, any_policy.is_business_hours) as is_business_hours
    from runs
    inner join tickets on runs.ticket_id = tickets.ticket_id
    left join policies as own_policy
        on
            runs.metric = own_policy.metric
            and runs.priority = own_policy.priority
            and cast(runs.started_at as date) >= own_policy.valid_from
            and cast(runs.started_at as date)
            < coalesce(own_policy.valid_to, cast({{ end_of_time() }} as date))
    left join policies as any_policy
        on
            runs.metric = any_policy.metric
            and any_policy.priority = '*'
            and cast(runs.started_at as date) >= any_policy.valid_from
            and cast(runs.started_at as date)
            < coalesce(any_policy.valid_to, cast({{ end_of_time() }} as date))
    where
        coalesce(own_policy.target_hours, any_policy.target_hours) is not null
        and (runs.run_to > runs.run_from or runs.fulfilled_at = runs.started_at)
),

clocked as (
    select
        promised.*,
        {{ business_clock('first_segment', 'promised.run_from') }} as from_clock,
        {{ business_clock('last_segment', 'promised.run_to') }}
        - {{ business_clock('first_segment', 'promised.run_from') }} as business_seconds,
        {{ seconds_between('promised.run_from', 'promised.run_to') }} as elapsed_seconds
    from promised
    left join calendar as first_segment
        on {{ is_segment_of('first_segment', 'promised.calendar_id', 'promised.run_from') }}
    left join calendar as last_segment
        on {{ is_segment_of('last_segment', 'promised.calendar_id', 'promised.run_to') }}
),

-- A new target counts from the beginning, in hours of its own kind.
used as (
    select
        *,
        case when is_business_hours then business_seconds else elapsed_seconds end as run_seconds,
        case
            when is_business_hours
                then sum(business_seconds) over (
                    partition by ticket_id, metric, period_number
                    order by run_from
                    rows between unbounded preceding and current row
                ) - business_seconds
            else
                sum(elapsed_seconds) over (
                    partition by ticket_id, metric, period_number
                    order by run_from
                    rows between unbounded preceding and current row
                ) - elapsed_seconds
        end as used_seconds,
        case
            when
                lag(target_seconds) over (
                    partition by ticket_id, metric, period_number order by run_from
                ) = target_seconds
                and lag(is_business_hours) over (
                    partition by ticket_id, metric, period_number order by run_from
                ) = is_business_hours
                then 0
            else 1
        end as is_new_target
    from clocked
),

due as (
    select
        used.*,
        sum(used.is_new_target) over (
            partition by used.ticket_id, used.metric, used.period_number
            order by used.run_from
            rows between unbounded preceding and current row
        ) as target_number,
        case
            when used.used_seconds >= used.target_seconds then used.run_from
            when used.is_business_hours
                then {{ business_moment(
                    'time_index',
                    '(used.from_clock + used.target_seconds - used.used_seconds)'
                ) }}
            else
                {{ seconds_later('used.run_from', 'used.target_seconds - used.used_seconds') }}
        end as due_at,
        round(used.used_seconds + used.run_seconds, 6) > used.target_seconds as is_breached
    from used
    left join time_index
        on
            {{ is_stretch_of(
                'time_index',
                'used.calendar_id',
                '(used.from_clock + used.target_seconds - used.used_seconds)'
            ) }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by ticket_id, metric, period_number, target_number order by run_from desc
        ) as run_rank
    from due
),

targets as (
    select
        ticket_id,
        metric,
        period_number,
        target_number,
        max(case when run_rank = 1 then priority end) as priority,
        max(target_seconds) as target_seconds,
        max(case when is_business_hours then 1 else 0 end) = 1 as is_business_hours,
        min(started_at) as started_at,
        min(run_from) as in_force_from,
        max(run_to) as in_force_until,
        min(fulfilled_at) as fulfilled_at,
        max(case when run_rank = 1 then used_seconds + run_seconds end) as used_seconds,
        max(case when run_rank = 1 then due_at end) as due_at,
        min(case when is_breached then due_at end) as breached_at,
        max(case when is_breached then 1 else 0 end) = 1 as is_breached
    from ranked
    group by ticket_id, metric, period_number, target_number
),

placed as (
    select
        *,
        target_number = max(target_number) over (
            partition by ticket_id, metric, period_number
        ) as is_last,
        min(case when is_breached then target_number end) over (
            partition by ticket_id, metric, period_number
        ) as breached_target
    from targets
)

select
    placed.ticket_id,
    tickets.customer_id,
    tickets.segment,
    tickets.team,
    placed.metric,
    cast(placed.period_number as bigint) as period_number,
    cast(placed.target_number as bigint) as target_number,
    placed.priority,
    placed.target_seconds / 3600.0e0 as target_hours,
    placed.is_business_hours,
    placed.started_at,
    placed.in_force_from,
    placed.in_force_until,
    placed.fulfilled_at,
    coalesce(placed.breached_at, placed.due_at) as due_at,
    placed.used_seconds / 3600.0e0 as used_hours,
    placed.breached_at,
    case
        when placed.is_breached then 'breached'
        when not placed.is_last then 'superseded'
        when placed.fulfilled_at is not null then 'met'
        when placed.used_seconds >= {{ var('sla_at_risk_share') }} * placed.target_seconds
            then 'at_risk'
        else 'open'
    end as status,
    coalesce(placed.breached_target = placed.target_number, placed.is_last) as is_decisive
from placed
inner join tickets on placed.ticket_id = tickets.ticket_id
