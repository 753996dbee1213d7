with

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
),

identities as (
    select * from {{ ref('int_identities_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

customer_attributes as (
    select * from {{ ref('int_customer_attributes') }}
),

customer_accounts as (
    select
        customer_identities.customer_id,
        min(accounts.created_at) as created_at,
        max(coalesce(accounts.is_test, false)) as is_test,
        count(*) as account_count
    from accounts
    inner join customer_identities
        on
            accounts.customer_key_type = customer_identities.identity_type
            and accounts.customer_key = customer_identities.identity_value
    group by customer_identities.customer_id
),

-- Each attribute from the account that its rule chooses.
attributes as (
    select
        customer_id,
        {%- for attribute in [
            'account_name', 'is_organisation', 'business_model', 'segment', 'industry', 'country',
            'size_band', 'owner_id',
        ] %}
        max(case when attribute = '{{ attribute }}' then value end) as {{ attribute }},
        {%- endfor %}
        count(*) as attribute_count
    from customer_attributes
    where is_chosen
    group by customer_id
),

described_accounts as (
    select
        customer_accounts.customer_id,
        attributes.account_name,
        cast(attributes.is_organisation as boolean) as is_organisation,
        attributes.business_model,
        attributes.segment,
        attributes.industry,
        attributes.country,
        attributes.size_band,
        attributes.owner_id,
        customer_accounts.created_at,
        customer_accounts.is_test,
        customer_accounts.account_count
    from customer_accounts
    left join attributes on customer_accounts.customer_id = attributes.customer_id
),

records as (
    select
        customer_identities.customer_id,
        count(distinct identities.source_name || '|' || identities.source_record_id)
            as source_record_count
    from identities
    inner join customer_identities
        on
            identities.identity_type = customer_identities.identity_type
            and identities.identity_value = customer_identities.identity_value
    group by customer_identities.customer_id
)

select
    described_accounts.customer_id,
    case
        when described_accounts.is_organisation
            then coalesce(described_accounts.account_name, described_accounts.customer_id)
        else described_accounts.customer_id
    end as customer_label,
    described_accounts.is_organisation,
    described_accounts.business_model,
    described_accounts.segment,
    described_accounts.industry,
    described_accounts.country,
    described_accounts.size_band,
    described_accounts.owner_id,
    described_accounts.created_at,
    described_accounts.is_test,
    coalesce(records.source_record_count, 0) as source_record_count,
    described_accounts.account_count
from described_accounts
left join records on described_accounts.customer_id = records.customer_id
