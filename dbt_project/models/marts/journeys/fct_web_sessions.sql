with

web_events as (
    select * from {{ ref('int_web_events') }}
),

conversions as (
    select * from {{ ref('int_conversions') }}
),

ends as (
    select
        *,
        row_number() over (
            partition by web_session_id order by occurred_at desc, interaction_id desc
        ) as number_from_end
    from web_events
),

sessions as (
    select
        web_session_id,
        min(source_name) as source_name,
        max(is_session_given) as is_session_given,
        min(visitor_id) as visitor_id,
        min(customer_id) as customer_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max(case when event_number = 1 then channel_id end) as channel_id,
        max(case when event_number = 1 then page end) as entry_page,
        max(case when number_from_end = 1 then page end) as exit_page,
        min(case when marketing_channel is not null then event_number end) as marketed_number,
        count(*) as event_count,
        count(*) filter (where event_kind in ('page_view', 'product_view', 'search'))
            as page_count,
        count(distinct page) as distinct_page_count,
        count(*) filter (where event_kind = 'product_view') as product_view_count,
        count(*) filter (where event_kind = 'search') as search_count,
        count(*) filter (where event_kind = 'click') as click_count,
        count(*) filter (where is_rage_click) as rage_click_count,
        count(*) filter (where event_kind = 'error') as error_count
    from ends
    group by web_session_id
),

-- A session's marketing channel is the first that it names.
channels as (
    select
        sessions.web_session_id,
        web_events.marketing_channel
    from sessions
    inner join web_events
        on
            sessions.web_session_id = web_events.web_session_id
            and sessions.marketed_number = web_events.event_number
),

outcomes as (
    select
        sessions.web_session_id,
        max(
            case
                when conversions.converted_at <= sessions.ended_at then 1
                else 0
            end
        ) as is_converted_in_session
    from sessions
    inner join conversions
        on
            sessions.customer_id = conversions.customer_id
            and sessions.started_at >= conversions.path_from
            and sessions.started_at <= conversions.converted_at
    group by sessions.web_session_id
)

select
    sessions.web_session_id,
    sessions.source_name,
    coalesce(sessions.is_session_given, false) as is_session_given,
    sessions.visitor_id,
    sessions.customer_id,
    sessions.channel_id,
    channels.marketing_channel,
    sessions.started_at,
    sessions.ended_at,
    case
        when sessions.event_count > 1
            then cast({{ seconds_between('sessions.started_at', 'sessions.ended_at') }} as double)
    end as seconds_on_site,
    case
        when sessions.event_count > 1
            then cast(
                {{ seconds_between('sessions.started_at', 'sessions.ended_at') }}
                / (sessions.event_count - 1) as double
            )
    end as seconds_per_step,
    sessions.entry_page,
    sessions.exit_page,
    cast(sessions.event_count as bigint) as event_count,
    cast(sessions.page_count as bigint) as page_count,
    cast(sessions.distinct_page_count as bigint) as distinct_page_count,
    cast(sessions.product_view_count as bigint) as product_view_count,
    cast(sessions.search_count as bigint) as search_count,
    cast(sessions.click_count as bigint) as click_count,
    cast(sessions.rage_click_count as bigint) as rage_click_count,
    cast(sessions.error_count as bigint) as error_count,
    sessions.event_count = 1 as is_bounced,
    coalesce(outcomes.is_converted_in_session, 0) = 1 as is_converted_in_session,
    outcomes.web_session_id is not null as is_on_path_to_conversion
from sessions
left join channels on sessions.web_session_id = channels.web_session_id
left join outcomes on sessions.web_session_id = outcomes.web_session_id
