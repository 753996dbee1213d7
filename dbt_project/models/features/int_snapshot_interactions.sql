{%- set counted = {
    'payment_failure_count': ('payment_failure', [30, 90, 180]),
    'ticket_reopen_count': ('support_reopen', [90]),
    'ticket_transfer_count': ('support_transfer', [90]),
    'help_article_count': ('help_article', [90]),
    'in_app_error_count': ('in_app_error', [90]),
    'cancellation_request_count': ('cancellation_request', [90]),
    'report_build_count': ('report_build', [90]),
    'export_count': ('export_use', [90]),
    'integration_count': ('integration_use', [90]),
} -%}

with

snapshot_days as (
    select * from {{ ref('int_feature_snapshot_days') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
),

customer_days as (
    select
        customer_id,
        cast(occurred_at as date) as occurred_date,
        count(*) as interaction_count,
        {%- for name, (touchpoint_id, _) in counted.items() %}
        sum(case when touchpoint_id = '{{ touchpoint_id }}' then 1 else 0 end) as {{ name }},
        {%- endfor %}
        sum(case when touchpoint_id = 'invoice' and outcome = 'unexpected_fee' then 1 else 0 end)
            as unexpected_charge_count
    from interactions
    where customer_id is not null
    group by customer_id, cast(occurred_at as date)
)

select
    customer_days.customer_id,
    snapshot_days.as_of_date,
    cast(sum(case when snapshot_days.days_before < 30 then customer_days.interaction_count else 0 end) as bigint)
        as interaction_count_30d,
    cast(sum(case when snapshot_days.days_before < 90 then customer_days.interaction_count else 0 end) as bigint)
        as interaction_count_90d,
    {%- for name, (_, windows) in counted.items() %}
    {%- for window in windows %}
    cast(sum(case when snapshot_days.days_before < {{ window }} then customer_days.{{ name }} else 0 end) as bigint)
        as {{ name }}_{{ window }}d,
    {%- endfor %}
    {%- endfor %}
    cast(sum(case when snapshot_days.days_before < 30 then customer_days.unexpected_charge_count else 0 end) as bigint)
        as unexpected_charge_count_30d,
    cast(sum(case when snapshot_days.days_before < 90 then customer_days.unexpected_charge_count else 0 end) as bigint)
        as unexpected_charge_count_90d
from customer_days
inner join snapshot_days on customer_days.occurred_date = snapshot_days.day_date
group by customer_days.customer_id, snapshot_days.as_of_date
