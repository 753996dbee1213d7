{{ config(meta={'dagster': {'ref': {'name': 'mart_service_performance'}}}) }}

-- Every dimension and every grain counts the same tickets: those of fct_ticket_service.

with

performance as (
    select
        period_grain,
        dimension,
        sum(tickets) as tickets,
        sum(solved) as solved
    from {{ ref('mart_service_performance') }}
    group by period_grain, dimension
),

service as (
    select
        count(*) as tickets,
        count(case when is_solved then 1 end) as solved
    from {{ ref('fct_ticket_service') }}
)

select
    performance.period_grain,
    performance.dimension
from performance
cross join service
where performance.tickets <> service.tickets or performance.solved <> service.solved
