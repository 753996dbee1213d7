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

customer_accounts as (
    select
        customer_identities.customer_id,
        accounts.*,
        row_number() over (
            partition by customer_identities.customer_id
            order by
                accounts.created_at asc nulls last,
                accounts.source_name asc,
                accounts.account_id asc
        ) as account_number
    from accounts
    inner join customer_identities
        on
            accounts.customer_key_type = customer_identities.identity_type
            and accounts.customer_key = customer_identities.identity_value
),

-- Each attribute from the oldest account that states it.
described_accounts as (
    select
        customer_id,
        account_number,
        {%- for attribute in [
            'account_name', 'is_organisation', 'business_model', 'segment', 'industry', 'country',
            'size_band', 'owner_id',
        ] %}
        first_value({{ attribute }} ignore nulls) over oldest_first as {{ attribute }},
        {%- endfor %}
        min(created_at) over oldest_first as created_at,
        max(coalesce(is_test, false)) over oldest_first as is_test,
        count(*) over oldest_first as account_count
    from customer_accounts
    window oldest_first as (
        partition by customer_id
        order by account_number
        rows between unbounded preceding and unbounded following
    )
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
where described_accounts.account_number = 1
