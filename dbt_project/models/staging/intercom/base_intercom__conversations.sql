{{ config(enabled=is_source_enabled('intercom')) }}

with

conversations as (
    select * from {{ source('intercom', 'conversations') }}
    where coalesce(is_active, true)
),

participants as (
    select
        conversation_id,
        min(contact_id) as contact_id
    from {{ source('intercom', 'conversation_contacts') }}
    where coalesce(is_active, true)
    group by conversation_id
)

select
    conversations.conversation_id,
    coalesce(
        case
            when conversations.source_author_type in ('user', 'lead', 'contact')
                then conversations.source_author_id
        end,
        conversations.first_contact_id,
        participants.contact_id
    ) as contact_id,
    coalesce(conversations.delivered_as, '') = 'customer_initiated' as is_begun_by_customer,
    conversations.created_at,
    conversations.first_contact_replied_at,
    conversations.first_admin_replied_at,
    conversations.last_closed_at,
    conversations.state,
    conversations.priority,
    conversations.topic,
    conversations.assignee_id,
    conversations.team_id,
    conversations.reopen_count,
    conversations.rating,
    conversations.rated_at,
    nullif(trim(conversations.remark), '') as remark,
    {{ text_of_html('conversations.body') }} as body,
    case
        when conversations.source_type in ('conversation', 'in_app', 'push') then 'chat'
        when conversations.source_type in ('email', 'sms') then conversations.source_type
        when conversations.source_type in ('phone_call', 'phone_switch') then 'phone'
        when conversations.source_type in ('facebook', 'instagram', 'twitter') then 'social'
        when conversations.source_type = 'whatsapp' then 'chat'
        else conversations.source_type
    end as channel_id
from conversations
left join participants on conversations.conversation_id = participants.conversation_id
