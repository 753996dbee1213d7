{{ config(enabled=is_source_enabled('demo_helpdesk')) }}

select
    'demo_helpdesk' as source_name,
    wait_id as interaction_id,
    'email' as customer_key_type,
    lower(trim(caller)) as customer_key,
    case kind when 'queue' then 'waited_in_queue' else 'put_on_hold' end as event_name,
    'phone' as channel_id,
    began_at as occurred_at,
    cast(seconds as double) as duration_seconds,
    'ticket' as related_type,
    ticket_id as related_id,
    _load_id as load_id
from {{ source('demo_helpdesk', 'waits') }}
