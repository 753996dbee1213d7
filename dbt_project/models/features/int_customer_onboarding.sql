with

interactions as (
    select * from {{ ref('fct_interactions') }}
)

select
    customer_id,
    min(case when touchpoint_id = 'data_import' then cast(occurred_at as date) end)
        as first_import_date,
    min(case when touchpoint_id = 'first_report' then cast(occurred_at as date) end)
        as first_report_date
from interactions
where customer_id is not null and touchpoint_id in ('data_import', 'first_report')
group by customer_id
