{{ config(enabled=is_source_enabled('italian_helpdesk')) }}

-- Events at one second stand in the order in which tickets go through them.
select
    case_name as ticket_id,
    activity,
    resource,
    occurred_at,
    customer,
    product,
    replace(lower(seriousness_2), ' ', '_') as priority,
    workgroup,
    row_number() over (
        partition by case_name
        order by
            occurred_at,
            case activity
                when 'Insert ticket' then 1
                when 'Assign seriousness' then 2
                when 'Take in charge ticket' then 3
                when 'Resolve ticket' then 8
                when 'Closed' then 9
                else 5
            end,
            activity
    ) as event_number
from {{ source('italian_helpdesk', 'events') }}
