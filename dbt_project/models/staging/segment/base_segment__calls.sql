{{ config(enabled=is_source_enabled('segment')) }}

with events as (
    select * from {{ source('segment', 'events') }}
),

warehouse_calls as (
    select * from {{ source('segment', 'warehouse_calls') }}
),

calls as (
    select
        message_id,
        call_type,
        anonymous_id,
        user_id,
        previous_id,
        group_id,
        event_name,
        page_path,
        session_id,
        library,
        traffic_source,
        traffic_medium,
        traffic_campaign,
        email,
        phone,
        full_name,
        first_name,
        last_name,
        company_name,
        industry,
        employees,
        job_title,
        order_id,
        order_total,
        currency,
        products,
        corrected_at,
        original_timestamp,
        sent_at,
        received_at,
        _source_file,
        _source_line,
        _load_id
    from events
    union all
    select
        message_id,
        -- A warehouse has one table per kind of call and no column that says so.
        case
            when call_type is not null then call_type
            when event_name is not null then 'track'
            when previous_id is not null then 'alias'
            when group_id is not null then 'group'
            when page_path is not null then 'page'
            else 'identify'
        end as call_type,
        anonymous_id,
        user_id,
        previous_id,
        group_id,
        event_name,
        page_path,
        session_id,
        library,
        traffic_source,
        traffic_medium,
        traffic_campaign,
        email,
        phone,
        full_name,
        first_name,
        last_name,
        company_name,
        industry,
        employees,
        job_title,
        order_id,
        order_total,
        currency,
        products,
        corrected_at,
        original_timestamp,
        sent_at,
        received_at,
        _source_file,
        _source_line,
        _load_id
    from warehouse_calls
),

-- A call that is in the archive and in the warehouse was made once.
numbered as (
    select
        *,
        row_number() over (
            partition by message_id
            order by received_at asc nulls last, call_type asc, _source_file asc, _source_line asc
        ) as copy_number
    from calls
)

select
    message_id,
    call_type,
    anonymous_id,
    user_id,
    previous_id,
    group_id,
    event_name,
    page_path,
    session_id,
    {{ traffic_key('traffic_source', 'traffic_medium', 'traffic_campaign') }} as traffic_key,
    email,
    phone,
    coalesce(full_name, nullif(trim(concat(first_name, ' ', last_name)), '')) as full_name,
    company_name,
    industry,
    employees,
    job_title,
    order_id,
    order_total,
    upper(currency) as currency,
    products,
    case
        when call_type = 'page' or library like 'analytics.js%' then 'web'
        when
            call_type = 'screen'
            or library like '%ios%'
            or library like '%android%'
            or library like '%react-native%'
            or library like '%flutter%'
            or library like '%swift%'
            or library like '%kotlin%'
            then 'app'
    end as channel_id,
    -- A device's clock may be years off: what counts is how long before sending it happened, seen
    -- from our clock; and nothing happens after it was received.
    least(
        coalesce(
            corrected_at,
            {{ seconds_later(
                'received_at', '-1 * ' ~ seconds_between('original_timestamp', 'sent_at')
            ) }},
            received_at
        ),
        received_at
    ) as occurred_at,
    _load_id as load_id
from numbered
where copy_number = 1
