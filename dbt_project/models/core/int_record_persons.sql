with

records as (
    select * from {{ ref('int_person_records') }}
),

person_links as (
    select * from {{ ref('int_person_links') }}
    where decision = 'link'
),

issued as (
    select
        record_kind,
        record_source_name,
        record_id,
        min(recorded_at) as issued_at
    from {{ ref('int_identifier_events_unioned') }}
    where entity = 'person' and event = 'issued'
    group by record_kind, record_source_name, record_id
),

numbered as (
    select
        *,
        row_number() over (
            order by
                created_at asc nulls last,
                source_name asc,
                source_record_id asc,
                record_kind asc
        ) as record_number
    from records
),

-- Within an organisation an address is one person's; a consumer is one person, whatever the
-- addresses. A telephone number alone is no person's: colleagues share a line.
record_keys as (
    select
        record_number,
        'email|' || customer_id || '|' || email as person_key
    from numbered
    where is_organisation and email is not null and customer_id is not null

    union all

    select
        record_number,
        'customer|' || customer_id as person_key
    from numbered
    where not is_organisation and customer_id is not null

    union all

    select
        record_number,
        'record|' || record_id as person_key
    from numbered

    union all

    select
        numbered.record_number,
        'link|' || person_links.left_record_id || '~' || person_links.right_record_id as person_key
    from person_links
    inner join numbered
        on numbered.record_id in (person_links.left_record_id, person_links.right_record_id)
),

links as (
    select
        record_number,
        dense_rank() over (order by person_key) as key_number
    from record_keys
),

components as (
    {{ connected_components('links') }}
),

named as (
    select
        components.component,
        numbered.*,
        row_number() over (
            partition by components.component
            order by issued.issued_at asc nulls last, numbered.record_number asc
        ) as name_number
    from components
    inner join numbered on components.record_number = numbered.record_number
    left join issued
        on
            numbered.record_kind = issued.record_kind
            and numbered.source_name = issued.record_source_name
            and numbered.source_record_id = issued.record_id
)

select
    record_id,
    record_kind,
    source_name,
    source_record_id,
    'p' || left(
        md5(
            first_value(record_kind || '|' || source_name || '|' || source_record_id) over (
                partition by component
                order by name_number
                rows between unbounded preceding and unbounded following
            )
        ),
        16
    ) as person_id,
    name_number = 1 as is_naming_record
from named
