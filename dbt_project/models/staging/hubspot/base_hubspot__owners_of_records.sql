{{ config(enabled=is_source_enabled('hubspot')) }}

with stated as (
    {% for kind, stream in [
        ('deal', 'deals'), ('ticket', 'tickets'), ('activity', 'activities'),
    ] -%}
    {% if not loop.first %}union all
    {% endif -%}
    select
        '{{ kind }}' as record_kind,
        {{ kind }}_id as record_id,
        nullif(trim({{ dbt.split_part('company_ids', "';'", 1) }}), '') as company_id,
        nullif(trim({{ dbt.split_part('contact_ids', "';'", 1) }}), '') as contact_id
    from {{ source('hubspot', stream) }}
    {% endfor %}
),

{% for other, plural in [('company', 'companies'), ('contact', 'contacts')] -%}
associated_{{ plural }} as (
    {% for kind in ['deal', 'ticket', 'activity'] -%}
    {% if not loop.first %}union all
    {% endif -%}
    select
        '{{ kind }}' as record_kind,
        {{ kind }}_id as record_id,
        min({{ other }}_id) as {{ other }}_id
    from {{ source('hubspot', kind ~ '_' ~ plural) }}
    group by {{ kind }}_id
    {% endfor %}
),

{% endfor -%}
owned as (
    select
        stated.record_kind,
        stated.record_id,
        coalesce(stated.company_id, associated_companies.company_id) as company_id,
        coalesce(stated.contact_id, associated_contacts.contact_id) as contact_id
    from stated
    left join associated_companies
        on
            stated.record_kind = associated_companies.record_kind
            and stated.record_id = associated_companies.record_id
    left join associated_contacts
        on
            stated.record_kind = associated_contacts.record_kind
            and stated.record_id = associated_contacts.record_id
)

select
    record_kind,
    record_id,
    company_id,
    contact_id,
    case
        when company_id is not null then 'crm_account_id'
        when contact_id is not null then 'crm_contact_id'
    end as customer_key_type,
    coalesce(company_id, contact_id) as customer_key
from owned
