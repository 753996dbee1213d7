with

claims as (
    select * from {{ ref('int_identity_claims') }}
),

exclusions as (
    select * from {{ ref('int_identity_exclusions') }}
),

cuts as (
    select * from {{ ref('int_identity_cuts') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
)

select
    claims.record_kind,
    claims.source_name,
    claims.record_id,
    min(customer_identities.customer_id) as customer_id
from claims
left join exclusions
    on
        claims.identity_type = exclusions.identity_type
        and claims.match_value = exclusions.match_value
left join cuts
    on
        claims.record_kind = cuts.record_kind
        and claims.source_name = cuts.source_name
        and claims.record_id = cuts.record_id
        and claims.identity_type = cuts.identity_type
        and claims.match_value = cuts.match_value
inner join customer_identities
    on
        claims.identity_type = customer_identities.identity_type
        and claims.match_value = customer_identities.identity_value
where
    exclusions.match_value is null
    and cuts.match_value is null
group by claims.record_kind, claims.source_name, claims.record_id
