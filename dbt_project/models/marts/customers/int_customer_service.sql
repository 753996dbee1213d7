{{ config(schema='core', contract={'enforced': false}) }}

with

tickets as (
    select * from {{ ref('fct_tickets') }}
)

select
    customer_id,
    count(*) filter (where opened_at >= {{ last_days_start(90) }}) as ticket_count_90d,
    count(*) filter (
        where solved_at is null and coalesce(status, 'open') not in ('solved', 'closed')
    ) as open_ticket_count,
    percentile_cont(0.5) within group (order by resolution_hours) as median_resolution_hours
from tickets
where customer_id is not null
group by customer_id
