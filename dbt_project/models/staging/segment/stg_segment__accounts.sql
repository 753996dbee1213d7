{{ config(enabled=is_source_enabled('segment')) }}

with calls as (
    select * from {{ ref('base_segment__calls') }}
),

{% for name, latest, call_filter, key in [
    ('groups', 'latest_of_group', "call_type = 'group' and group_id is not null", 'group_id'),
    ('users', 'latest_of_user', "call_type = 'identify' and user_id is not null", 'user_id'),
] -%}
{{ latest }} as (
    select
        *,
        min(occurred_at) over (partition by {{ key }}) as created_at,
        row_number() over (
            partition by {{ key }} order by occurred_at desc, message_id asc
        ) as recency
    from calls
    where {{ call_filter }}
),

{% endfor -%}
members as (
    select distinct user_id from calls
    where group_id is not null and user_id is not null
)

select
    'segment' as source_name,
    'group:' || group_id as account_id,
    'segment_group_id' as customer_key_type,
    group_id as customer_key,
    coalesce(company_name, full_name) as account_name,
    true as is_organisation,
    industry,
    employees as size_band,
    created_at
from latest_of_group
where recency = 1
{%- if not is_supplied_elsewhere('accounts', ['segment', 'ga4']) %}
union all
-- Where no other system knows the customers, users who belong to no company are customers.
select
    'segment' as source_name,
    'user:' || latest_of_user.user_id as account_id,
    'product_user_id' as customer_key_type,
    latest_of_user.user_id as customer_key,
    latest_of_user.full_name as account_name,
    false as is_organisation,
    cast(null as varchar) as industry,
    cast(null as varchar) as size_band,
    latest_of_user.created_at
from latest_of_user
left join members on latest_of_user.user_id = members.user_id
where latest_of_user.recency = 1 and members.user_id is null
{%- endif %}
