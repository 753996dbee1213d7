{{ config(enabled=is_source_enabled('ga4'), materialized='table') }}

with

traffic_rules as (
    select * from {{ ref('traffic_channels') }}
),

delivered as (
    select
        *,
        md5(concat_ws(
            '|',
            coalesce(user_pseudo_id, ''),
            cast(occurred_at as varchar),
            event_name,
            coalesce(event_bundle_sequence_id, ''),
            coalesce(batch_page_id, ''),
            coalesce(batch_ordering_id, ''),
            coalesce(batch_event_index, ''),
            coalesce(cast(event_params as varchar), '')
        )) as event_id
    from {{ source('ga4', 'events') }}
),

numbered as (
    select
        *,
        row_number() over (partition by event_id order by _source_file asc, _source_line asc)
            as copy_number
    from delivered
),

events as (
    select * from numbered
    where copy_number = 1
),

parameter_lists as (
    select
        event_id,
        {{ json_items('event_params') }} as parameter_list
    from events
),

parameters as (
    select
        event_id,
        {{ explode_items('parameter_list', 'parameter') }}
    from parameter_lists
),

parameter_values as (
    select
        event_id,
        {{ json_text('parameter', '$.key') }} as parameter_key,
        coalesce(
            {{ json_text('parameter', '$.value.string_value') }},
            {{ json_text('parameter', '$.value.int_value') }},
            {{ json_text('parameter', '$.value.double_value') }},
            {{ json_text('parameter', '$.value.float_value') }}
        ) as parameter_value
    from parameters
),

named_parameters as (
    select
        event_id,
        max(case when parameter_key = 'ga_session_id' then parameter_value end)
            as ga_session_id,
        max(case when parameter_key = 'page_location' then parameter_value end)
            as page_location,
        max(case when parameter_key = 'firebase_screen' then parameter_value end)
            as firebase_screen,
        max(case when parameter_key = 'engagement_time_msec' then parameter_value end)
            as engagement_time_msec,
        max(case when parameter_key = 'currency' then parameter_value end)
            as currency,
        max(case when parameter_key = 'transaction_id' then parameter_value end)
            as transaction_id,
        max(case when parameter_key = 'source' then parameter_value end) as traffic_source,
        max(case when parameter_key = 'medium' then parameter_value end) as traffic_medium,
        max(case when parameter_key = 'campaign' then parameter_value end) as traffic_campaign
    from parameter_values
    group by event_id
),

-- Exports from before 2023 hold what brought the visitor among the parameters alone.
brought as (
    select
        events.event_id,
        {{ traffic_key(
            "coalesce(events.traffic_source, named_parameters.traffic_source,"
            ~ " case when events.google_click_id is not null then 'google' end)",
            "coalesce(events.traffic_medium, named_parameters.traffic_medium,"
            ~ " case when events.google_click_id is not null then 'cpc' end)",
            "coalesce(events.traffic_campaign, named_parameters.traffic_campaign)"
        ) }} as traffic_key
    from events
    left join named_parameters on events.event_id = named_parameters.event_id
),

traffic_channels as (
    {{ traffic_channels_of('brought', 'traffic_rules') }}
)

select
    events.event_id,
    events.event_name,
    events.occurred_at,
    events.user_pseudo_id,
    events.user_id,
    events.user_pseudo_id || ':' || named_parameters.ga_session_id as session_id,
    coalesce(
        -- The query of an address may hold an e-mail or a token.
        {{ replace_pattern(
            'named_parameters.page_location', '^[a-z]+://[^/?#]*|[?#].*$', ''
        ) }},
        named_parameters.firebase_screen
    ) as page,
    {{ plain_number('named_parameters.engagement_time_msec') }} / 1000.0e0 as duration_seconds,
    upper(named_parameters.currency) as currency,
    nullif(coalesce(events.transaction_id, named_parameters.transaction_id), '(not set)')
        as transaction_id,
    events.purchase_revenue,
    events.refund_value,
    events.items,
    case
        when events.platform = 'WEB' then 'web'
        when events.platform in ('IOS', 'ANDROID') then 'app'
    end as channel_id,
    traffic_channels.marketing_channel,
    events._load_id as load_id
from events
left join named_parameters on events.event_id = named_parameters.event_id
left join brought on events.event_id = brought.event_id
left join traffic_channels on brought.traffic_key = traffic_channels.traffic_key
