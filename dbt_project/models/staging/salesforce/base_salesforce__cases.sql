{{ config(enabled=is_source_enabled('salesforce')) }}

with cases as (
    select
        *,
        {{ salesforce_id('case_id') }} as long_id,
        {{ salesforce_id('account_id') }} as long_account_id,
        {{ salesforce_id('contact_id') }} as long_contact_id,
        {{ email_address('supplied_email') }} as normal_email
    from {{ source('salesforce', 'cases') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by long_id
            order by updated_at desc nulls last, _source_file asc, _source_line asc
        ) as recency
    from cases
)

select
    long_id as case_id,
    long_account_id as account_id,
    long_contact_id as contact_id,
    normal_email as supplied_email,
    case
        when long_account_id is not null then 'crm_account_id'
        when long_contact_id is not null then 'crm_contact_id'
        when normal_email is not null then 'email'
    end as customer_key_type,
    coalesce(long_account_id, long_contact_id, normal_email) as customer_key,
    status,
    priority,
    origin,
    case
        when lower(origin) like '%phone%' or lower(origin) like '%call%' then 'phone'
        when lower(origin) like '%mail%' then 'email'
        when lower(origin) like '%chat%' or lower(origin) like '%messag%' then 'chat'
        when lower(origin) like '%web%' or lower(origin) like '%portal%' then 'web'
        when lower(origin) like '%sms%' or lower(origin) like '%text%' then 'sms'
        when
            lower(origin) like '%social%'
            or lower(origin) like '%twitter%'
            or lower(origin) like '%facebook%'
            or lower(origin) like '%instagram%'
            then 'social'
    end as channel_id,
    reason,
    {{ salesforce_id('owner_id') }} as owner_id,
    description,
    closed_at,
    created_at
from versions
where recency = 1
