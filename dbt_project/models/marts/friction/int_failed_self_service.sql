{{ config(schema='core', contract={'enforced': false}) }}

with

help_detectors as (
    select
        detectors.detector_id,
        detectors.touchpoint_id,
        detectors.threshold * 3600 as most_seconds
    from {{ ref('friction_detectors') }} as detectors
    where detectors.kind = 'failed_self_service'
),

contacts as (
    select * from {{ ref('int_service_contacts') }}
    where customer_id is not null
),

interactions as (
    select
        customer_id,
        touchpoint_id,
        occurred_at
    from {{ ref('fct_interactions') }}
    where not is_test and customer_id is not null
),

-- The last article before each contact is a running maximum; several contacts after one article are
-- one failure.
help_moments as (
    select
        help_detectors.detector_id,
        interactions.customer_id,
        interactions.occurred_at,
        0 as step,
        interactions.occurred_at as viewed_at,
        cast(null as varchar) as contact_id,
        cast(null as varchar) as channel_id
    from interactions
    inner join help_detectors on interactions.touchpoint_id = help_detectors.touchpoint_id

    union all

    select
        help_detectors.detector_id,
        contacts.customer_id,
        contacts.occurred_at,
        1 as step,
        cast(null as timestamp) as viewed_at,
        contacts.contact_id,
        contacts.channel_id
    from contacts
    cross join help_detectors
),

help_before as (
    select
        detector_id,
        customer_id,
        occurred_at,
        contact_id,
        channel_id,
        max(viewed_at) over (
            partition by detector_id, customer_id
            order by occurred_at, step, contact_id
            rows between unbounded preceding and current row
        ) as last_viewed_at
    from help_moments
),

first_contacts_after_help as (
    select
        *,
        row_number() over (
            partition by detector_id, customer_id, last_viewed_at
            order by occurred_at, contact_id
        ) as contact_number
    from help_before
    where contact_id is not null and last_viewed_at is not null
)

select
    help_detectors.detector_id,
    after_help.contact_id as subject_id,
    after_help.customer_id,
    after_help.occurred_at,
    help_detectors.touchpoint_id,
    after_help.channel_id,
    cast(null as double) as minutes_lost
from first_contacts_after_help as after_help
inner join help_detectors on after_help.detector_id = help_detectors.detector_id
where
    after_help.contact_number = 1
    and {{ seconds_between('after_help.last_viewed_at', 'after_help.occurred_at') }}
    <= help_detectors.most_seconds
