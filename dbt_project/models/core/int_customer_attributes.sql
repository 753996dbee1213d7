{{ config(materialized='view') }}

with

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

rules as (
    select * from {{ ref('attribute_rules') }}
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
        ) as record_number
    from accounts
    inner join customer_identities
        on
            accounts.customer_key_type = customer_identities.identity_type
            and accounts.customer_key = customer_identities.identity_value
),

{%- set attributes = [
    'account_name', 'is_organisation', 'business_model', 'segment', 'industry', 'country',
    'size_band', 'owner_id',
] %}

stated as (
    {%- for attribute in attributes %}
    select
        customer_id,
        '{{ attribute }}' as attribute,
        cast({{ attribute }} as varchar) as value,
        source_name,
        record_number
    from customer_accounts
    where {{ attribute }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

chosen as (
    {{ chosen_values('stated', 'rules', 'customer_id') }}
),

others as (
    select
        customer_id,
        attribute,
        count(distinct value) as value_count,
        count(distinct source_name) as source_count
    from chosen
    group by customer_id, attribute
)

select
    chosen.customer_id,
    chosen.attribute,
    chosen.value,
    chosen.source_name,
    case when chosen.is_by_priority then 'source_priority' else chosen.rule end as rule,
    chosen.choice,
    chosen.choice = 1 as is_chosen,
    others.value_count,
    others.value_count > 1 as has_conflict
from chosen
inner join others
    on
        chosen.customer_id = others.customer_id
        and chosen.attribute = others.attribute
