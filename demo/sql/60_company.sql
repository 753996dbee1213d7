-- What the company itself knows: spending on marketing and what employees say. Once for all
-- customers.
create or replace temp table marketing_spend as
select
    'SP-' || strftime(day, '%Y%m%d') || '-' || channel as spend_id,
    strftime(day, '%d.%m.%Y') as day,
    channel,
    channel || '-' || (1 + floor(3 * uniform(day_number // 30, channel, 'campaign'))::int)::varchar
        as campaign,
    round(weight * {{ customers }} / 2000.0 * (60 + 160 * uniform(day_number, channel, 'spend')),
        2)::decimal(18, 2) as cost,
    'EUR' as currency,
    floor(weight * {{ customers }} / 2000.0
        * (10 + 60 * uniform(day_number, channel, 'clicks')))::bigint as clicks,
    floor(weight * {{ customers }} / 2000.0
        * (900 + 5000 * uniform(day_number, channel, 'views')))::bigint as impressions
from (
    select number as day_number, cast(history_start() + to_days(number::int) as date) as day
    from range(date_diff('day', history_start(), history_end())) as days (number)
)
cross join (
    values ('search', 2.2), ('social', 1.4), ('partner', 0.9), ('events', 0.8), ('content', 0.7)
) as channels (channel, weight);

create or replace temp table people_feedback as
with drawn as (
    select
        number,
        after_seconds(history_start(), uniform(number, 'people_at') * 729 * 86400) as submitted_at,
        pick(['support', 'billing', 'product', 'sales', 'onboarding', 'support'],
            uniform(number, 'people_team')) as team,
        pick(['enps', 'enps', 'idea', 'problem', 'shout_out'], uniform(number, 'people_kind'))
            as kind
    from range(greatest(120, {{ customers }} // 5)) as numbers (number)
)

select
    'EF-' || lpad((number + 1)::varchar, 6, '0') as entry_id,
    written_utc(submitted_at) as submitted,
    team,
    case team
        when 'support' then 'support_contact' when 'billing' then 'invoice_payment'
        when 'product' then 'product_use' when 'onboarding' then 'onboarding_call' else 'demo_call'
    end as touchpoint,
    kind,
    case
        when kind = 'enps' then clamp(round(
            case team when 'billing' then 6.0 when 'support' then 6.8 else 7.8 end + 1.8
                * gaussian(number, 'enps')
        ), 0, 10)::int
    end as score,
    case
        when kind != 'enps' then pick(opening.texts, uniform(number, 'people_opening')) || ' '
            || pick(detail.texts, uniform(number, 'people_detail'))
    end as comment
from drawn
left join fragments as opening
    on opening.language = 'employee' and opening.theme = 'any' and opening.side = kind
        and opening.slot = 'opening'
left join fragments as detail
    on detail.language = 'employee' and detail.theme = team and detail.side = kind
        and detail.slot = 'detail';
