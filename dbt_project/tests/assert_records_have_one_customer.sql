{{ config(meta={'dagster': {'ref': {'name': 'int_customer_identities'}}}) }}

-- The keys of one record of a source belong to one customer: the components have been followed to
-- their end.

select
    identities.source_name,
    identities.source_record_id
from {{ ref('int_identities_unioned') }} as identities
inner join {{ ref('int_customer_identities') }} as customer_identities
    on
        identities.identity_type = customer_identities.identity_type
        and identities.identity_value = customer_identities.identity_value
where trim(identities.source_record_id) <> ''
group by identities.source_name, identities.source_record_id
having count(distinct customer_identities.customer_id) > 1
