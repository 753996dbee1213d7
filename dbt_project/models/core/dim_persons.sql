with

records as (
    select * from {{ ref('int_person_records') }}
),

record_persons as (
    select * from {{ ref('int_record_persons') }}
),

rules as (
    select * from {{ ref('attribute_rules') }}
),

person_records as (
    select
        record_persons.person_id,
        records.*,
        row_number() over (
            partition by record_persons.person_id
            order by records.created_at asc nulls last, records.record_id asc
        ) as record_number
    from records
    inner join record_persons on records.record_id = record_persons.record_id
),

{%- set attributes = [
    'first_name', 'last_name', 'email', 'phone', 'job_title', 'birth_date', 'postcode', 'city',
    'address_line',
] %}

stated as (
    {%- for attribute in attributes %}
    select
        person_id,
        '{{ attribute }}' as attribute,
        cast({{ attribute }} as varchar) as value,
        source_name,
        record_number
    from person_records
    where {{ attribute }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

chosen as (
    {{ chosen_values('stated', 'rules', 'person_id') }}
),

described as (
    select
        person_id,
        {%- for attribute in attributes %}
        max(case when attribute = '{{ attribute }}' then value end) as {{ attribute }},
        {%- endfor %}
        count(*) as attribute_count
    from chosen
    where choice = 1
    group by person_id
),

persons as (
    select
        person_id,
        min(customer_id) as customer_id,
        max(is_organisation) as is_organisation,
        min(created_at) as created_at,
        count(*) as record_count,
        count(contact_id) as contact_count
    from person_records
    group by person_id
)

select
    persons.person_id,
    persons.customer_id,
    not persons.is_organisation and persons.customer_id is not null as is_customer,
    described.first_name,
    described.last_name,
    described.email,
    described.phone,
    described.job_title,
    cast(described.birth_date as date) as birth_date,
    described.postcode,
    described.city,
    described.address_line,
    persons.created_at,
    persons.record_count,
    persons.contact_count
from persons
left join described on persons.person_id = described.person_id
