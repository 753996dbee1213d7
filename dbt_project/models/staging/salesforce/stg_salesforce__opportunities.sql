{{ config(enabled=is_source_enabled('salesforce')) }}

with opportunities as (
    select
        *,
        {{ salesforce_id('opportunity_id') }} as long_id,
        {{ salesforce_id('account_id') }} as long_account_id
    from {{ source('salesforce', 'opportunities') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by long_id
            order by updated_at desc nulls last, _source_file asc, _source_line asc
        ) as recency
    from opportunities
)

select
    'salesforce' as source_name,
    long_id as opportunity_id,
    case when long_account_id is not null then 'crm_account_id' end as customer_key_type,
    long_account_id as customer_key,
    created_at,
    stage_name as stage,
    opportunity_type as kind,
    amount,
    upper(currency) as currency,
    -- While it is open the day is a hope.
    case when is_closed then cast(close_date as timestamp) end as closed_at,
    case when is_closed then coalesce(is_won, false) end as is_won,
    lead_source as lead_channel
from versions
where recency = 1
