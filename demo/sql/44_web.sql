create or replace temp table visits as
-- On the way to the trial.
select
    n,
    visitor_id,
    created_at - to_seconds(floor(86400 * (0.5 + 29 * uniform(n, step, 'visit_at')))::bigint)
        as occurred_at,
    'site_visited' as event_name,
    '/' as page
from (select *, unnest(range(1 + floor(4 * uniform(n, 'visits'))::int)) as step from customers)
union all
select n, visitor_id, created_at
    - to_seconds(floor(600 + 36000 * uniform(n, 'pricing_at'))::bigint), 'pricing_page_viewed',
        '/pricing'
from customers
where uniform(n, 'pricing') < 0.88
union all
select n, visitor_id, created_at - to_seconds(floor(40000 + 2000 * uniform(n, 'paper_at'))::bigint),
    'whitepaper_downloaded', '/resources/guide'
from customers
where uniform(n, 'paper') < 0.3
union all
select n, visitor_id, created_at, 'trial_form_submitted', '/trial'
from customers
where started_at is not null or uniform(n, 'trial') < 0.7
union all
-- While a customer.
select
    n,
    visitor_id,
    after_seconds(span_from, uniform(n, month_index, step, 'web_at') * epoch(span_to - span_from)),
    pick(
        ['help_article_viewed', 'help_article_viewed', 'newsletter_opened', 'site_visited'],
        uniform(n, month_index, step, 'web_event')
    ),
    case
        when uniform(n, month_index, step, 'web_event') < 0.5
            then pick(['/help/import', '/help/reports', '/help/billing', '/help/users'],
                uniform(n, month_index, step, 'page'))
        else pick(['/blog', '/'], uniform(n, month_index, step, 'page'))
    end
from (
    select spans.*, visitor_id,
        unnest(range(floor(2.6 * uniform(n, month_index, 'web_count') * span_days / 30
            + uniform(n, month_index, 'web_more'))::int)) as step
    from spans
    join customers using (n)
)
union all
select n, visitor_id, responded_at + interval 2 minute, 'addon_checkout_opened', '/checkout'
from offers
join customers using (n)
where is_accepted
union all
-- Visitors who never say who they are.
select
    n,
    'v' || lower(to_hex(hash(n, visitor, 'stranger', {{ seed }}))),
    after_seconds(
        after_seconds(history_start(), uniform(n, visitor, 'stranger_at') * 725 * 86400),
        step * (20 + 300 * uniform(n, visitor, 'stranger_pace'))
    ),
    case when step = 0 then 'site_visited' when step = 1 then 'pricing_page_viewed'
        else 'whitepaper_downloaded' end,
    case when step = 0 then '/' when step = 1 then '/pricing' else '/resources/guide' end
from (
    select n, visitor, unnest(range(1
        + floor(2.6 * uniform(n, visitor, 'stranger_visits') ^ 2)::int)) as step
    from customers
    cross join range(2) as strangers (visitor)
);

-- What visitors look at and click on within a visit, after the event that opened it.
create or replace temp table looks as
select
    n,
    visitor_id,
    occurred_at + to_seconds(12 + 40 * step
        + floor(30 * uniform(visitor_id, occurred_at, step, 'look_at'))::bigint) as occurred_at,
    pick(['page_viewed', 'page_viewed', 'product_page_viewed', 'site_searched'],
        uniform(visitor_id, occurred_at, step, 'look')) as event_name,
    pick([
        pick(['/customers', '/blog', '/about'], uniform(visitor_id, occurred_at, step, 'look_page')),
        '/blog',
        pick(['/product/reports', '/product/integrations', '/product/forecasts'],
            uniform(visitor_id, occurred_at, step, 'look_product')),
        '/search'
    ], uniform(visitor_id, occurred_at, step, 'look')) as page
from (
    select *, unnest(range(floor(3.4 * uniform(visitor_id, occurred_at, 'looks'))::int)) as step
    from visits
    where event_name in ('site_visited', 'pricing_page_viewed', 'help_article_viewed')
)
union all
-- Clicks in anger: the same thing again and again within two seconds.
select
    n,
    visitor_id,
    occurred_at + to_seconds(5 + click // 2),
    'element_clicked',
    '{{ truths.web.rage_click_element }}'
from visits
cross join range({{ truths.web.rage_clicks }}) as clicks (click)
where
    event_name = 'pricing_page_viewed'
    and uniform(visitor_id, occurred_at, 'rage') < {{ truths.web.rage_click_probability }}
union all
select n, visitor_id, occurred_at + to_seconds(3), 'page_error_shown', page
from visits
where
    event_name = 'help_article_viewed'
    and uniform(visitor_id, occurred_at, 'page_error') < {{ truths.web.page_error_probability }};

-- A day's visit came through one channel; a customer on the way to the trial mostly through the one
-- that the CRM also names.
create or replace temp table web_events as
select
    'w' || lower(to_hex(hash(visitor_id, occurred_at, event_name, number, {{ seed }})))
        as message_id,
    visitor_id as anonymous_id,
    event_name as event,
    written_zulu(occurred_at) as timestamp,
    page,
    visitor_id || '-' || strftime(occurred_at, '%Y%m%d') as session_id,
    case
        when event_name = 'newsletter_opened' or occurred_at > created_at then null
        when uniform(visitor_id, visit_day, 'source')
            < {{ truths.web.lead_channel_probability }} then lead_channel
        when uniform(visitor_id, visit_day, 'source') < 0.75
            then pick({{ words.lead_channels }}, uniform(visitor_id, visit_day, 'other_source'))
    end as utm_source
from (
    select
        together.*,
        strftime(occurred_at, '%Y%m%d') as visit_day,
        case when together.visitor_id = customers.visitor_id then customers.created_at
            else history_end() end as created_at,
        pick({{ words.lead_channels }}, case
            when together.visitor_id = customers.visitor_id
                then uniform(n, 'lead_channel')
            else uniform(together.visitor_id, 'lead_channel')
        end) as lead_channel,
        row_number() over (
            partition by together.visitor_id, occurred_at, event_name order by page
        ) as number
    from (
        select n, visitor_id, occurred_at, event_name, page from visits
        union all
        select n, visitor_id, occurred_at, event_name, page from looks
    ) as together
    join customers using (n)
    where occurred_at >= history_start() and occurred_at < history_end()
);

create or replace temp table web_identifies as
select
    'i' || lower(to_hex(hash(n, 'identify', {{ seed }}))) as message_id,
    visitor_id as anonymous_id,
    email,
    written_zulu(created_at) as timestamp
from customers;

create or replace temp table shop_sales as
select
    n,
    'O-' || (n + 1)::varchar || '-' || offer_round::varchar as order_id,
    responded_at + interval 12 minute as ordered_at,
    offer_id as product_id,
    'add-on' as product_category,
    1 as quantity,
    amount as unit_amount
from offers
where is_accepted
union all
select
    n,
    'O-' || (n + 1)::varchar || '-m' || month_index::varchar,
    after_seconds(span_from, uniform(n, month_index, 'sale_at') * epoch(span_to - span_from)),
    pick(['training_day', 'data_pack'], uniform(n, month_index, 'sale_product')),
    pick(['training', 'data'], uniform(n, month_index, 'sale_product')),
    1 + floor(3 * uniform(n, month_index, 'sale_quantity'))::int,
    pick([450, 120], uniform(n, month_index, 'sale_product'))
from spans
where span_from >= month_start and uniform(n, month_index, 'sale') < 0.02
qualify row_number() over (partition by n, month_index order by span_from) = 1;

create or replace temp table shop_lifecycle as
select
    sales.*,
    email,
    uniform(n, order_id, 'status') as status_draw,
    after_hours(ordered_at, 0.1 + 3 * uniform(n, order_id, 'approved')) as approved_draw,
    after_hours(ordered_at, 4 + 30 * uniform(n, order_id, 'shipped')) as shipped_draw,
    after_hours(ordered_at, 40 + 90 * uniform(n, order_id, 'delivered')) as delivered_draw,
    after_hours(delivered_draw, 24 + 168 * uniform(n, order_id, 'refund_requested'))
        as refund_requested_draw,
    after_hours(refund_requested_draw, case refund_kind
        when 'difficult' then 264 + 336 * uniform(n, order_id, 'refunded')
        else 24 + 192 * uniform(n, order_id, 'refunded')
    end) as refunded_draw
from (
    select
        *,
        case
            when uniform(n, order_id, 'refund') >= {{ truths.refunds.request_probability }}
                or uniform(n, order_id, 'status') < 0.03 then null
            when uniform(n, order_id, 'refund_kind') < {{ truths.refunds.never_probability }}
                then 'never'
            when uniform(n, order_id, 'refund_kind')
                < {{ truths.refunds.never_probability + truths.refunds.difficult_probability }}
                then 'difficult'
            else 'smooth'
        end as refund_kind
    from shop_sales
) as sales
join customers using (n)
where ordered_at < history_end();

create or replace temp table shop_orders as
select
    order_id,
    email as customer_email,
    written_utc(ordered_at) as ordered_at,
    case
        when status_draw < 0.03 then 'cancelled'
        when delivered_draw >= history_end() then 'processing'
        when refund_kind <> 'never' and refunded_draw < history_end() then 'refunded'
        else 'delivered'
    end as status,
    pick(['web', 'in_app'], uniform(n, order_id, 'channel')) as channel,
    (quantity * unit_amount)::decimal(18, 2) as total,
    'EUR' as currency,
    case when status_draw >= 0.03 and approved_draw < history_end() then written_utc(approved_draw)
        end as approved_at,
    case when status_draw >= 0.03 and shipped_draw < history_end() then written_utc(shipped_draw)
        end as shipped_at,
    case when status_draw >= 0.03 and delivered_draw < history_end()
        then written_utc(delivered_draw) end as delivered_at,
    written_utc(ordered_at + interval 4 day) as promised_at,
    case
        when refund_kind <> 'never' and refunded_draw < history_end()
            then quantity * unit_amount else 0
    end::decimal(18, 2) as refund,
    case
        when refund_kind is not null and refund_requested_draw < history_end()
            then written_utc(refund_requested_draw)
    end as refund_requested_at,
    case
        when refund_kind <> 'never' and refunded_draw < history_end()
            then written_utc(refunded_draw)
    end as refunded_at
from shop_lifecycle;

-- Who waits too long for the money asks again.
create or replace temp table shop_refund_reminders as
select
    order_id || '/again' as reminder_id,
    order_id,
    email as customer_email,
    written_utc(reminded_at) as asked_at
from (
    select
        *,
        after_hours(refund_requested_draw, 120 + 96 * uniform(n, order_id, 'reminded'))
            as reminded_at
    from shop_lifecycle
    where refund_kind in ('difficult', 'never')
) as reminders
where reminded_at < history_end();

create or replace temp table shop_order_lines as
select
    order_id || '/1' as line_id,
    order_id,
    product_id as sku,
    product_category as category,
    quantity,
    unit_amount::decimal(18, 2) as unit_price,
    (quantity * unit_amount)::decimal(18, 2) as line_total,
    'EUR' as currency
from shop_lifecycle;
