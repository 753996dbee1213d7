with

offers as (
    select * from {{ ref('int_offers_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
)

select
    offers.source_name || ':' || offers.offer_event_id as offer_event_id,
    offers.offer_id,
    customer_identities.customer_id,
    offers.offered_at,
    offers.channel_id,
    case
        when
            offers.responded_at is null
            or cast(offers.responded_at as date) <= {{ as_of_date() }}
            then offers.is_accepted
    end as is_accepted,
    {{ known_by_as_of('offers.responded_at') }} as responded_at,
    offers.amount,
    offers.currency,
    offers.source_name
from offers
left join customer_identities
    on
        offers.customer_key_type = customer_identities.identity_type
        and offers.customer_key = customer_identities.identity_value
