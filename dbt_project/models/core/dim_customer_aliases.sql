with

history as (
    select * from {{ ref('int_identifier_history') }}
    where entity = 'customer'
),

numbered as (
    select
        *,
        row_number() over (
            partition by identifier
            order by
                is_new desc,
                recorded_at desc,
                effective_on desc,
                event desc,
                current_identifier desc
        ) as recency
    from history
)

select
    identifier as alias_id,
    current_identifier as customer_id,
    effective_on as since_date,
    reason
from numbered
where recency = 1 and event = 'retired'
