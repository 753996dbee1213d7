with

recorded as (
    select * from {{ ref('int_identifier_events_unioned') }}
),

customer_records as (
    select * from {{ ref('int_customer_records') }}
),

record_persons as (
    select * from {{ ref('int_record_persons') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

edges as (
    select * from {{ ref('int_identity_edges') }}
),

cuts as (
    select * from {{ ref('int_identity_cuts') }}
),

holders as (
    select
        'customer' as entity,
        record_kind,
        source_name as record_source_name,
        record_id,
        customer_id as current_identifier,
        {{ customer_id_of('record_kind', 'source_name', 'record_id') }} = customer_id as is_namesake
    from customer_records

    union all

    select
        'person' as entity,
        record_kind,
        source_name as record_source_name,
        source_record_id as record_id,
        person_id as current_identifier,
        is_naming_record as is_namesake
    from record_persons
),

numbered_events as (
    select
        *,
        row_number() over (
            partition by entity, identifier
            order by recorded_at desc, effective_on desc, event desc, current_identifier desc
        ) as recency,
        max(effective_on) over () as last_effective_on
    from recorded
),

last_events as (
    select
        entity,
        identifier,
        record_kind,
        record_source_name,
        record_id,
        current_identifier,
        last_effective_on
    from numbered_events
    where recency = 1
),

-- What ties or parts the records of a customer beside shared identities, by the gravest.
grounds as (
    select
        customer_identities.customer_id,
        max(edges.record_kind = 'decision') as is_merged_by_steward,
        max(edges.record_kind = 'probable_match') as is_probable
    from edges
    inner join customer_identities
        on
            edges.identity_type = customer_identities.identity_type
            and edges.match_value = customer_identities.identity_value
    where edges.record_kind in ('decision', 'probable_match')
    group by customer_identities.customer_id
),

parted as (
    select distinct customer_records.customer_id
    from cuts
    inner join customer_records
        on
            cuts.record_kind = customer_records.record_kind
            and cuts.source_name = customer_records.source_name
            and cuts.record_id = customer_records.record_id
),

new_events as (
    select
        holders.entity,
        holders.current_identifier as identifier,
        'issued' as event,
        holders.current_identifier,
        holders.record_kind,
        holders.record_source_name,
        holders.record_id,
        'first seen' as reason
    from holders
    left join last_events
        on
            holders.entity = last_events.entity
            and holders.current_identifier = last_events.identifier
    where holders.is_namesake and last_events.identifier is null

    union all

    -- A run for an earlier day knows less, and takes nothing back.
    select
        last_events.entity,
        last_events.identifier,
        case
            when holders.current_identifier = last_events.identifier then 'returned'
            else 'retired'
        end as event,
        holders.current_identifier,
        last_events.record_kind,
        last_events.record_source_name,
        last_events.record_id,
        case
            when holders.current_identifier = last_events.identifier and parted.customer_id <> ''
                then 'split by a steward'
            when holders.current_identifier = last_events.identifier
                then 'what tied it is gone'
            when grounds.is_merged_by_steward then 'merged by a steward'
            when grounds.is_probable then 'probable match'
            when last_events.entity = 'person' then 'one person'
            else 'shared identities'
        end as reason
    from last_events
    inner join holders
        on
            last_events.entity = holders.entity
            and last_events.record_kind = holders.record_kind
            and last_events.record_source_name = holders.record_source_name
            and last_events.record_id = holders.record_id
    left join grounds
        on
            last_events.entity = 'customer'
            and holders.current_identifier = grounds.customer_id
    left join parted
        on
            last_events.entity = 'customer'
            and holders.current_identifier = parted.customer_id
    where
        holders.current_identifier <> last_events.current_identifier
        and last_events.last_effective_on <= {{ as_of_date() }}
)

select
    entity,
    identifier,
    event,
    current_identifier,
    record_kind,
    record_source_name,
    record_id,
    effective_on,
    recorded_at,
    reason,
    false as is_new
from recorded

union all

select
    entity,
    identifier,
    event,
    current_identifier,
    record_kind,
    record_source_name,
    record_id,
    {{ as_of_date() }} as effective_on,
    cast(null as timestamp) as recorded_at,
    reason,
    true as is_new
from new_events
