create or replace temp table offer_rounds as
select
    customers.n,
    offer_round,
    date_trunc('day', after_days(
        lifetimes.started_at,
        {{ truths.offers.first_offer_days }} + {{ truths.offers.days_between_offers }} * offer_round
        + 20 * uniform(customers.n, offer_round, 'offer_day')
    )) + to_seconds(floor(28800 + 32000 * uniform(customers.n, offer_round, 'offer_time'))::bigint)
        as offered_at,
    pick(
        ['advanced_analytics', 'extra_seats', 'premium_support'],
        uniform(customers.n, offer_round, 'offer')
    ) as offer_id
from customers
join lifetimes using (n)
cross join range(9) as rounds (offer_round);

create or replace temp table offers as
with made as (
    select
        offer_rounds.*,
        count(all_tickets.opened_at) as recent_tickets
    from offer_rounds
    join lifetimes using (n)
    left join all_tickets
        on all_tickets.n = offer_rounds.n
            and all_tickets.opened_at < offer_rounds.offered_at
            and all_tickets.opened_at >= offer_rounds.offered_at
                - interval {{ truths.offers.ticket_days }} day
    where is_customer_at(offered_at, started_at, churned_at, returned_at)
    group by all
),

judged as (
    select
        made.*,
        case offer_id
            when 'advanced_analytics' then is_heavy_reporter and report_at < offered_at
            when 'extra_seats' then user_count > {{ truths.offers.seat_utilisation_above }} * seats
            else recent_tickets >= {{ truths.offers.tickets_at_least }}
        end as is_ready,
        after_days(offered_at, 0.1 + 9 * uniform(n, offer_round, 'response_days')) as response_draw
    from made
    join customers using (n)
    join onboarding using (n)
),

answered as (
    select
        judged.*,
        coalesce(is_ready, false) as was_ready,
        uniform(n, offer_round, 'accept') < case
            when is_ready then {{ truths.offers.ready_accept_probability }}
            else {{ truths.offers.unready_accept_probability }}
        end as would_accept,
        is_customer_at(response_draw, started_at, churned_at, returned_at) as has_answer
    from judged
    join lifetimes using (n)
),

numbered as (
    select
        *,
        count(*) filter (where would_accept and has_answer) over (
            partition by n, offer_id order by offer_round
            rows between unbounded preceding and 1 preceding
        ) as accepted_before
    from answered
)

select
    n,
    offer_round,
    'OF-' || (n + 1)::varchar || '-' || offer_round::varchar as offer_event_id,
    offer_id,
    offered_at,
    was_ready as is_ready,
    case when has_answer then would_accept end as is_accepted,
    case when has_answer then response_draw end as responded_at,
    pick(['email', 'in_app', 'phone'], uniform(n, offer_round, 'offer_channel')) as channel_id,
    case offer_id
        when 'advanced_analytics' then 1200
        when 'extra_seats' then 12 * seat_price * greatest(1, ceil(seats * 0.25)::int)
        else 1800
    end as amount
from numbered
join customers using (n)
where accepted_before = 0;

create or replace temp table crm_offers as
select
    offer_event_id,
    account_id,
    offer_id,
    written_utc(offered_at) as offered_at,
    channel_id,
    case when is_accepted then 'yes' when not is_accepted then 'no' end as accepted,
    written_utc(responded_at) as responded_at,
    amount::decimal(18, 2) as amount,
    'EUR' as currency
from offers
join customers using (n);

create or replace temp table crm_accounts as
with signups as (
    select
        customers.*,
        account_id as record_id,
        email as record_email,
        created_at as record_created_at
    from customers
    union all
    select
        customers.*,
        'A-D' || lpad((n + 1)::varchar, 6, '0'),
        ' ' || upper(email[1:1]) || email[2:],
        least(after_days(created_at, 20 + 200 * uniform(n, 'second_signup')), history_end()
            - interval 3 hour)
    from customers
    where has_double_account
)

select
    record_id as account_id,
    company_name as account_name,
    business_model as account_type,
    segment,
    industry,
    country,
    size_band as employees,
    owner_id,
    record_email as billing_email,
    written_utc(record_created_at) as created_at,
    case when is_test then 'Y' else 'N' end as is_test
from signups;

create or replace temp table contacts as
select
    n,
    contact_number,
    'C-' || (n + 1)::varchar || '-' || contact_number::varchar as contact_id,
    case when contact_number = 0 then first_name else pick({{ words.first_names }},
        uniform(n, contact_number, 'first_name')) end as given_name,
    case when contact_number = 0 then last_name else pick({{ words.last_names }},
        uniform(n, contact_number, 'last_name')) end as family_name,
    case
        when contact_number = 0 then email
        else 'contact' || contact_number::varchar || '@' || split_part(email, '@', 2)
    end as contact_email,
    pick({{ words.job_titles }}, uniform(n, contact_number, 'job_title')) as job_title,
    least(
        after_days(created_at, contact_number * 60 * uniform(n, contact_number, 'contact_days')),
        history_end() - interval 3 hour
    ) as contact_created_at
from (
    select *, unnest(range(1 + floor(2.4 * uniform(n, 'contacts'))::int)) as contact_number
        from customers
);

create or replace temp table crm_contacts as
select
    contact_id,
    account_id,
    given_name || ' ' || family_name as full_name,
    case when uniform(n, contact_number, 'upper') < 0.1 then upper(contact_email) else contact_email
        end as email,
    '+1 555 01' || lpad(floor(100 * uniform(n, contact_number, 'phone'))::int::varchar, 2, '0')
        as phone,
    contacts.job_title,
    written_utc(contact_created_at) as created_at
from contacts
join customers using (n);

create or replace temp table crm_consents as
select
    'CO-' || contact_id || '-' || purpose || case when is_revoked then '-2' else '' end
        as consent_id,
    contact_id,
    contact_email as email,
    purpose,
    case when is_granted and not is_revoked then 'true' else 'false' end as granted,
    written_utc(updated_at) as updated_at
from (
    select
        contacts.*,
        purpose,
        false as is_revoked,
        uniform(n, contact_number, purpose) < case purpose when 'marketing' then 0.7 else 0.92 end
            as is_granted,
        contact_created_at as updated_at
    from contacts
    cross join (values ('marketing'), ('survey')) as purposes (purpose)
    union all
    select
        contacts.*,
        'marketing',
        true,
        false,
        after_days(contact_created_at, 30 + 300 * uniform(n, contact_number, 'revoked_days'))
    from contacts
    where uniform(n, contact_number, 'marketing') < 0.7 and uniform(n, contact_number, 'revoked')
        < 0.08
)
where updated_at < history_end();

create or replace temp table demo_calls as
select
    n,
    after_days(created_at, 0.2 + 2.5 * uniform(n, 'demo_call_days')) as held_at
from customers
where business_model = 'high_touch' and uniform(n, 'demo_call') < 0.8
    and after_days(created_at, 0.2 + 2.5 * uniform(n, 'demo_call_days')) < history_end();

create or replace temp table crm_activities as
select
    'AC-' || (n + 1)::varchar || '-' || kind as activity_id,
    account_id,
    event_name as activity_type,
    written_utc(held_at) as held_at,
    (900 + floor(2700 * uniform(n, kind, 'call_seconds')))::int as duration_seconds,
    owner_id
from (
    select n, held_at, 'demo' as kind, 'demo_call_held' as event_name from demo_calls
    union all
    select onboarding_calls.n, held_at, 'onboarding', 'onboarding_call_held'
    from onboarding_calls
    join lifetimes using (n)
    where is_customer_at(held_at, started_at, churned_at, returned_at)
)
join customers using (n);

create or replace temp table crm_opportunities as
with deals as (
    select
        n,
        'new' as kind,
        1 as number,
        created_at as deal_created_at,
        case
            when started_at is not null then started_at
            when after_days(created_at, 45) < history_end() then after_days(created_at, 45)
        end as closed_at,
        started_at is not null as is_won,
        12.0 * seats * seat_price as amount
    from customers
    where business_model = 'high_touch'
    union all
    select n, 'upsell', offer_round, offered_at, responded_at, is_accepted, amount
    from offers
    where uniform(n, offer_round, 'upsell_deal') < 0.5 or coalesce(is_accepted, false)
    union all
    select
        n,
        'renewal',
        1,
        started_at + interval 305 day,
        case
            when churned_at is not null and churned_at <= started_at + interval 1 year
                + interval 1 hour then churned_at
            when started_at + interval 1 year < history_end() then started_at + interval 1 year
        end,
        coalesce(churned_at > started_at + interval 1 year + interval 1 hour, true),
        12.0 * seats * seat_price
    from lifetimes
    join customers using (n, started_at)
    where contract_months = 12
        and is_customer_at(started_at + interval 305 day, started_at, churned_at, returned_at)
)

select
    'OP-' || (n + 1)::varchar || '-' || kind || '-' || number::varchar as opportunity_id,
    account_id,
    kind,
    case when closed_at is null then 'negotiation' when is_won then 'closed_won' else 'closed_lost'
        end as stage,
    amount::decimal(18, 2) as amount,
    'EUR' as currency,
    written_utc(deal_created_at) as created_at,
    written_utc(closed_at) as closed_at,
    pick({{ words.lead_channels }}, uniform(n, 'lead_channel')) as lead_channel
from deals
join customers using (n);
