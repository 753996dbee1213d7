{{ config(materialized='view') }}

with

claims as (
    select * from {{ ref('int_identity_claims') }}
),

exclusions as (
    select * from {{ ref('int_identity_exclusions') }}
),

persons as (
    select * from {{ ref('int_identity_persons') }}
),

links as (
    select * from {{ ref('int_identity_links') }}
    where decision = 'link'
),

decision_keys as (
    select * from {{ ref('int_identity_decision_keys') }}
    where action = 'merge'
),

-- A probable match and a steward's merge are records too: they carry the keys of both sides.
edges as (
    select
        record_kind,
        source_name,
        record_id,
        identity_type,
        match_value,
        observed_at
    from claims

    union all

    select
        'probable_match' as record_kind,
        'identity' as source_name,
        links.left_record_id || '~' || links.right_record_id as record_id,
        persons.identity_type,
        persons.match_value,
        cast(null as timestamp) as observed_at
    from links
    inner join persons on persons.record_id in (links.left_record_id, links.right_record_id)

    union all

    select
        'decision' as record_kind,
        'identity' as source_name,
        decision_id as record_id,
        identity_type,
        match_value,
        decided_at as observed_at
    from decision_keys
)

select
    edges.record_kind,
    edges.source_name,
    edges.record_id,
    edges.identity_type,
    edges.match_value,
    edges.observed_at
from edges
left join exclusions
    on
        edges.identity_type = exclusions.identity_type
        and edges.match_value = exclusions.match_value
where exclusions.match_value is null
