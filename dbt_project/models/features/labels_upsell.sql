{{ config(contract={'enforced': true}) }}

with

snapshot_customers as (
    select * from {{ ref('int_snapshot_customers') }}
),

offers as (
    select
        offer_event_id,
        customer_id,
        offer_id,
        cast(offered_at as date) as offered_date,
        is_accepted,
        cast(responded_at as date) as responded_date
    from {{ ref('fct_offers') }}
    where customer_id is not null
),

-- What was known before the offer is the customer's last snapshot before that day, if they were
-- active then and it is no older than a month.
placed as (
    select
        offers.offer_event_id,
        offers.customer_id,
        offers.offer_id,
        offers.offered_date,
        offers.is_accepted,
        offers.responded_date,
        max(snapshot_customers.as_of_date) as as_of_date
    from offers
    inner join snapshot_customers
        on
            offers.customer_id = snapshot_customers.customer_id
            and offers.offered_date > snapshot_customers.as_of_date
            and {{ datediff('snapshot_customers.as_of_date', 'offers.offered_date', 'day') }} <= 31
    group by
        offers.offer_event_id,
        offers.customer_id,
        offers.offer_id,
        offers.offered_date,
        offers.is_accepted,
        offers.responded_date
),

-- Of the same offer made twice after one snapshot the first counts.
numbered as (
    select
        customer_id,
        offer_id,
        as_of_date,
        offered_date,
        is_accepted,
        responded_date,
        row_number() over (
            partition by customer_id, offer_id, as_of_date
            order by offered_date, offer_event_id
        ) as offer_number
    from placed
)

select
    customer_id,
    offer_id,
    as_of_date,
    offered_date,
    cast(case
        when {{ datediff('offered_date', as_of_date(), 'day') }} < 90 then null
        when not coalesce(is_accepted, false) then 0
        when {{ datediff('offered_date', 'responded_date', 'day') }} > 90 then 0
        else 1
    end as bigint) as accepted_in_90d
from numbered
where offer_number = 1
