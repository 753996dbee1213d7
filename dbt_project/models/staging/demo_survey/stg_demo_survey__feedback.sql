{{ config(enabled=is_source_enabled('demo_survey')) }}

with responses as (
    select * from {{ source('demo_survey', 'responses') }}
    where comment is not null
),

invitations as (
    select
        invitation_id,
        channel_id
    from {{ source('demo_survey', 'invitations') }}
),

reviews as (
    select * from {{ source('demo_survey', 'reviews') }}
)

select
    'demo_survey' as source_name,
    responses.answer_id as feedback_id,
    'email' as customer_key_type,
    lower(trim(responses.respondent)) as customer_key,
    responses.response_id,
    'direct' as feedback_kind,
    true as is_solicited,
    invitations.channel_id,
    -- Surveys about one touchpoint say so; the others ask about the whole.
    case responses.survey_id
        when 'billing' then 'invoice_payment'
        when 'support' then 'support_resolution'
        when 'product' then 'product_use'
    end as touchpoint_id,
    responses.survey_id,
    responses.comment as comment_text,
    cast(null as double) as rating,
    responses.answered_at as occurred_at
from responses
left join invitations on responses.invitation_id = invitations.invitation_id
union all
select
    'demo_survey' as source_name,
    review_id as feedback_id,
    case when verified_email is not null then 'email' end as customer_key_type,
    lower(trim(verified_email)) as customer_key,
    null as response_id,
    'indirect' as feedback_kind,
    false as is_solicited,
    'social' as channel_id,
    null as touchpoint_id,
    null as survey_id,
    review as comment_text,
    cast(stars as double) as rating,
    posted_at as occurred_at
from reviews
