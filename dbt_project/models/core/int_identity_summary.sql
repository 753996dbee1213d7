with

claims as (
    select * from {{ ref('int_identity_claims') }}
),

figures as (
    select
        'identities' as figure,
        count(*) as value,
        'claims of records about who they are' as meaning
    from claims

    union all

    select
        'excluded_' || rule as figure,
        count(*) as value,
        'values that tie nobody, of ' || cast(sum(record_count) as varchar) || ' claims' as meaning
    from {{ ref('int_identity_exclusions') }}
    group by rule

    union all

    select
        'consumer_records' as figure,
        count(*) as value,
        case
            when count(*) = 0 then 'no consumer is named, so there is nothing to match'
            else 'consumers'' records compared for partial evidence'
        end as meaning
    from {{ ref('int_identity_persons') }}

    union all

    select
        'consumer_pairs_' || decision as figure,
        count(*) as value,
        'pairs of consumers'' records by what was decided' as meaning
    from {{ ref('int_identity_links') }}
    group by decision

    union all

    select
        'contact_pairs_' || decision as figure,
        count(*) as value,
        'pairs of contacts of one organisation by what was decided' as meaning
    from {{ ref('int_person_links') }}
    group by decision

    union all

    select
        'open_questions' as figure,
        count(*) as value,
        'pairs that wait for a steward' as meaning
    from {{ ref('int_identity_review') }}

    union all

    select
        'decisions_' || effect as figure,
        count(*) as value,
        'decisions of stewards by their effect' as meaning
    from {{ ref('int_identity_decision_effects') }}
    group by effect

    union all

    select
        'claims_cut' as figure,
        count(*) as value,
        'claims set aside where a steward split customers' as meaning
    from {{ ref('int_identity_cuts') }}

    union all

    select
        'customers' as figure,
        count(distinct customer_id) as value,
        'customers that identities make' as meaning
    from {{ ref('int_customer_identities') }}
)

select
    figure,
    value,
    meaning
from figures
