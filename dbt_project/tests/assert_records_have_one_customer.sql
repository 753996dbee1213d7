{{ config(meta={'dagster': {'ref': {'name': 'int_customer_identities'}}}) }}

-- The keys of one record of a source belong to one customer: the components have been followed to
-- their end. Keys that tie nobody, and claims that a steward's split set aside, do not count.

select
    claims.source_name,
    claims.record_id
from {{ ref('int_identity_claims') }} as claims
inner join {{ ref('int_customer_identities') }} as customer_identities
    on
        claims.identity_type = customer_identities.identity_type
        and claims.match_value = customer_identities.identity_value
left join {{ ref('int_identity_exclusions') }} as exclusions
    on
        claims.identity_type = exclusions.identity_type
        and claims.match_value = exclusions.match_value
left join {{ ref('int_identity_cuts') }} as cuts
    on
        claims.record_kind = cuts.record_kind
        and claims.source_name = cuts.source_name
        and claims.record_id = cuts.record_id
        and claims.identity_type = cuts.identity_type
        and claims.match_value = cuts.match_value
where exclusions.match_value is null and cuts.match_value is null
group by claims.record_kind, claims.source_name, claims.record_id
having count(distinct customer_identities.customer_id) > 1
