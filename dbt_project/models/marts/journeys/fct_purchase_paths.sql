with

conversions as (
    select * from {{ ref('int_conversions') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
    where customer_id is not null
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

web_events as (
    select * from {{ ref('int_web_events') }}
),

web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where customer_id is not null and lead_channel is not null
),

purchase_stage as (
    select stage_order
    from {{ ref('dim_stages') }}
    where stage_set = 'six_stage' and stage_id = 'purchase'
),

leading_touchpoints as (
    select touchpoints.touchpoint_id
    from touchpoints
    inner join purchase_stage on touchpoints.stage_order < purchase_stage.stage_order
    where not touchpoints.is_backstage
),

contacts as (
    select
        conversions.conversion_key,
        interactions.interaction_id,
        interactions.touchpoint_id,
        interactions.channel_id,
        interactions.occurred_at
    from interactions
    inner join leading_touchpoints
        on interactions.touchpoint_id = leading_touchpoints.touchpoint_id
    inner join conversions
        on
            interactions.customer_id = conversions.customer_id
            and interactions.occurred_at >= conversions.path_from
            and interactions.occurred_at <= conversions.converted_at
            and interactions.touchpoint_id <> coalesce(conversions.touchpoint_id, '')
),

-- A visit to the site is one touch however many pages it holds, at the touchpoint it began with.
numbered_contacts as (
    select
        contacts.conversion_key,
        coalesce(web_events.web_session_id, contacts.interaction_id) as touch_id,
        contacts.touchpoint_id,
        contacts.channel_id,
        contacts.occurred_at as touched_at,
        web_sessions.marketing_channel,
        row_number() over (
            partition by
                contacts.conversion_key,
                coalesce(web_events.web_session_id, contacts.interaction_id)
            order by contacts.occurred_at, contacts.interaction_id
        ) as contact_number
    from contacts
    left join web_events on contacts.interaction_id = web_events.interaction_id
    left join web_sessions on web_events.web_session_id = web_sessions.web_session_id
),

touches as (
    select
        *,
        row_number() over path as touch_number,
        count(*) over (partition by conversion_key) as touch_count,
        case when marketing_channel is not null then row_number() over marketed_path end
            as marketed_number,
        count(marketing_channel) over (partition by conversion_key) as marketed_count
    from numbered_contacts
    where contact_number = 1
    window
        path as (partition by conversion_key order by touched_at, touch_id),
        marketed_path as (
            partition by conversion_key, marketing_channel is null
            order by touched_at, touch_id
        )
),

leads_numbered as (
    select
        customer_id,
        lead_channel,
        row_number() over (partition by customer_id order by created_at, opportunity_id)
            as lead_number
    from opportunities
),

-- What the clickstream does not tell, the CRM may; what neither tells is unknown. Either way the
-- credit of a conversion goes somewhere.
paths as (
    select
        conversions.conversion_key,
        count(touches.touch_id) as touch_count,
        coalesce(max(touches.marketed_count), 0) as marketed_count
    from conversions
    left join touches on conversions.conversion_key = touches.conversion_key
    group by conversions.conversion_key
),

credited as (
    select
        conversion_key,
        touch_number,
        touch_count,
        touch_id,
        touched_at,
        touchpoint_id,
        channel_id,
        marketing_channel,
        case when marketing_channel is not null then 'web session' end
            as marketing_channel_basis,
        {{ position_credit('touch_number', 'touch_count') }} as touch_credit,
        case
            when marketing_channel is null then 0.0e0
            else {{ position_credit('marketed_number', 'marketed_count') }}
        end as marketing_credit
    from touches

    union all

    select
        conversions.conversion_key,
        0 as touch_number,
        paths.touch_count,
        cast(null as varchar) as touch_id,
        cast(null as timestamp) as touched_at,
        cast(null as varchar) as touchpoint_id,
        cast(null as varchar) as channel_id,
        coalesce(leads_numbered.lead_channel, 'unknown') as marketing_channel,
        case when leads_numbered.lead_channel is null then 'unknown' else 'opportunity' end
            as marketing_channel_basis,
        case when paths.touch_count = 0 then 1.0e0 else 0.0e0 end as touch_credit,
        1.0e0 as marketing_credit
    from paths
    inner join conversions on paths.conversion_key = conversions.conversion_key
    left join leads_numbered
        on
            conversions.customer_id = leads_numbered.customer_id
            and leads_numbered.lead_number = 1
    where paths.marketed_count = 0
)

select
    credited.conversion_key || ':' || cast(credited.touch_number as varchar) as path_step_id,
    conversions.conversion_id,
    conversions.customer_id,
    conversions.segment,
    conversions.converted_at,
    cast(credited.touch_number as bigint) as touch_number,
    cast(credited.touch_count as bigint) as touch_count,
    credited.touch_id,
    credited.touched_at,
    cast(
        {{ seconds_between('credited.touched_at', 'conversions.converted_at') }} / 86400.0e0
        as double
    ) as days_before,
    credited.touchpoint_id,
    credited.channel_id,
    credited.marketing_channel,
    credited.marketing_channel_basis,
    cast(credited.touch_credit as double) as touch_credit,
    cast(credited.marketing_credit as double) as marketing_credit
from credited
inner join conversions on credited.conversion_key = conversions.conversion_key
