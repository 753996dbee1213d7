with

tickets as (
    select * from {{ ref('int_service_tickets') }}
),

stretches as (
    select * from {{ ref('int_ticket_stretches') }}
),

day_numbers as (
    {{ dbt.generate_series(var('backlog_days')) }}
),

days as (
    select
        cast(
            {{ dbt.dateadd('day', '1 - cast(generated_number as int)', as_of_date()) }} as date
        ) as calendar_date
    from day_numbers
),

movements as (
    select
        coalesce(team, 'unknown') as team,
        cast(opened_at as date) as calendar_date,
        1 as opened,
        0 as reopened,
        0 as solved
    from tickets

    union all

    select
        coalesce(tickets.team, 'unknown') as team,
        cast(stretches.starts_at as date) as calendar_date,
        0 as opened,
        case when stretches.state_class = 'solved' then 0 else 1 end as reopened,
        case when stretches.state_class = 'solved' then 1 else 0 end as solved
    from stretches
    inner join tickets on stretches.ticket_id = tickets.ticket_id
    where
        (
            stretches.state_class = 'solved'
            and coalesce(stretches.class_before, 'open') <> 'solved'
        )
        or (stretches.state_class <> 'solved' and stretches.class_before = 'solved')
),

first_days as (
    select min(calendar_date) as calendar_date
    from movements
),

team_movements as (
    select
        team,
        calendar_date,
        opened,
        reopened,
        solved
    from movements

    union all

    select
        'all' as team,
        calendar_date,
        opened,
        reopened,
        solved
    from movements
),

daily as (
    select
        team,
        calendar_date,
        sum(opened) as opened,
        sum(reopened) as reopened,
        sum(solved) as solved
    from team_movements
    group by team, calendar_date
),

-- What came before the days shown is where they begin.
earlier as (
    select
        team,
        sum(case
            when calendar_date <= {{ dbt.dateadd('day', -var('backlog_days'), as_of_date()) }}
                then opened + reopened - solved
            else 0
        end) as open_count
    from daily
    group by team
),

grid as (
    select
        earlier.team,
        days.calendar_date,
        earlier.open_count
    from earlier
    cross join days
    cross join first_days
    where days.calendar_date >= first_days.calendar_date
),

running as (
    select
        grid.team,
        grid.calendar_date,
        coalesce(daily.opened, 0) as opened,
        coalesce(daily.reopened, 0) as reopened,
        coalesce(daily.solved, 0) as solved,
        grid.open_count + sum(
            coalesce(daily.opened, 0) + coalesce(daily.reopened, 0) - coalesce(daily.solved, 0)
        ) over (
            partition by grid.team
            order by grid.calendar_date
            rows between unbounded preceding and current row
        ) as open_at_end
    from grid
    left join daily
        on
            grid.team = daily.team
            and grid.calendar_date = daily.calendar_date
),

waiting as (
    select
        stretches.ticket_id,
        coalesce(tickets.team, 'unknown') as team,
        tickets.opened_at,
        stretches.starts_at,
        stretches.ends_at
    from stretches
    inner join tickets on stretches.ticket_id = tickets.ticket_id
    where
        stretches.state_class <> 'solved'
        and stretches.ends_at > {{ last_days_start(var('backlog_days')) }}
),

open_tickets as (
    select
        waiting.team,
        days.calendar_date,
        {{ seconds_between(
            'waiting.opened_at', 'cast(' ~ add_days('days.calendar_date', 1) ~ ' as timestamp)'
        ) }} / 86400.0e0 as age_days
    from waiting
    inner join days
        on
            days.calendar_date >= cast(waiting.starts_at as date)
            and cast({{ add_days('days.calendar_date', 1) }} as timestamp) <= waiting.ends_at
),

ages as (
    {%- for team in ['team', "'all'"] %}
    {% if not loop.first %}union all{% endif %}
    select
        {{ team }} as team,
        calendar_date,
        percentile_cont(0.5) within group (order by age_days) as age_days_p50,
        percentile_cont(0.9) within group (order by age_days) as age_days_p90,
        count(*) as aged_count
    from open_tickets
    group by {{ 'team, ' if loop.first }}calendar_date
    {%- endfor %}
)

select
    running.calendar_date,
    running.team,
    cast(running.open_at_end - running.opened - running.reopened + running.solved as bigint)
        as open_at_start,
    cast(running.opened as bigint) as opened,
    cast(running.reopened as bigint) as reopened,
    cast(running.solved as bigint) as solved,
    cast(running.open_at_end as bigint) as open_at_end,
    ages.age_days_p50,
    ages.age_days_p90
from running
left join ages
    on
        running.team = ages.team
        and running.calendar_date = ages.calendar_date
