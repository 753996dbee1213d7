{{ config(meta={'dagster': {'ref': {'name': 'fct_ticket_sla'}}}) }}

-- One row speaks for each ticket, metric and period; nothing is broken before it began, and what is
-- met was fulfilled.

with promises as (
    select * from {{ ref('fct_ticket_sla') }}
)

select
    ticket_id,
    metric,
    period_number
from promises
group by ticket_id, metric, period_number
having
    sum(case when is_decisive then 1 else 0 end) <> 1
    or max(case when is_decisive and status = 'superseded' then 1 else 0 end) = 1
    or max(case when breached_at < started_at then 1 else 0 end) = 1
    or max(case when status = 'met' and fulfilled_at is null then 1 else 0 end) = 1
