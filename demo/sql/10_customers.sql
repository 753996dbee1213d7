-- One row per customer of this chunk, with every lasting trait.
create or replace temp table drawn_customers as
select
    n,
    uniform(n, 'country') as country_draw,
    case
        when (n + 1) % {{ truths.customers.double_account_every }} = 0 then 'self_serve'
        when uniform(n, 'model') < {{ truths.customers.self_serve_probability }} then 'self_serve'
        else 'high_touch'
    end as business_model,
    (n + 1) % {{ truths.customers.double_account_every }} = 0 as has_double_account,
    (n + 1) % {{ truths.customers.test_account_every }}
    = {{ truths.customers.test_account_every // 2 }} as is_test,
    uniform(n, 'segment') as segment_draw,
    after_seconds(
        history_start(),
        (floor(uniform(n, 'created_day') ^ 1.35 * 705) + 0.3 + 0.45 * uniform(n, 'created_time'))
            * 86400
    ) as created_at,
    uniform(n, 'prospect') < {{ truths.customers.prospect_probability }} as is_prospect
from range({{ first }}, {{ last }}) as numbers (n);

create or replace temp table placed_customers as
select
    *,
    case
        when business_model = 'self_serve' then 'small_business'
        when segment_draw < 0.35 then 'small_business'
        when segment_draw < 0.78 then 'mid_market'
        else 'enterprise'
    end as segment,
    case
        when country_draw < 0.40 then 'US'
        when country_draw < 0.60 then 'GB'
        when country_draw < 0.74 then 'DE'
        when country_draw < 0.82 then 'ES'
        when country_draw < 0.90 then 'BR'
        when country_draw < 0.97 then 'FR'
        else 'NL'
    end as country,
    case
        when not is_prospect
            and after_days(created_at, 3 + 11 * uniform(n, 'trial_days')) < history_end()
            then after_days(created_at, 3 + 11 * uniform(n, 'trial_days'))
    end as started_at
from drawn_customers;

create or replace temp table customers as
select
    *,
    'A-' || lpad((n + 1)::varchar, 7, '0') as account_id,
    'cus_' || lower(to_hex(hash(n, 'billing customer', {{ seed }}))) as billing_customer_id,
    'sub_' || lower(to_hex(hash(n, 'subscription', {{ seed }}))) as subscription_id,
    'v' || lower(to_hex(hash(n, 'visitor', {{ seed }}))) as visitor_id,
    pick({{ words.first_names }}, uniform(n, 'first_name')) as first_name,
    pick({{ words.last_names }}, uniform(n, 'last_name')) as last_name,
    case when is_test then 'Test ' else '' end
    || pick({{ words.company_heads }}, uniform(n, 'company_head'))
    || pick({{ words.company_middles }}, uniform(n, 'company_middle'))
    || ' ' || pick({{ words.company_tails }}, uniform(n, 'company_tail'))
    || case country
        when 'DE' then ' GmbH' when 'GB' then ' Ltd' when 'US' then ' Inc' when 'FR' then ' SARL'
        when 'ES' then ' SL' when 'BR' then ' Ltda' else ' BV'
    end as company_name,
    pick({{ words.industries }}, uniform(n, 'industry')) as industry,
    case segment
        when 'small_business' then pick(['1-10', '11-50'], uniform(n, 'size_band'))
        when 'mid_market' then pick(['51-200', '201-500'], uniform(n, 'size_band'))
        else pick(['501-1000', '1000+'], uniform(n, 'size_band'))
    end as size_band,
    case
        when business_model = 'self_serve' then 'starter'
        when segment = 'small_business' then 'team'
        when segment = 'mid_market' then 'business'
        else 'enterprise'
    end as plan_id,
    case
        when business_model = 'self_serve' then 29 when segment = 'small_business' then 49
        when segment = 'mid_market' then 69 else 89
    end as seat_price,
    case
        when business_model = 'self_serve' then 1 + floor(4 * uniform(n, 'seats'))::int
        when segment = 'small_business' then 3 + floor(5 * uniform(n, 'seats'))::int
        when segment = 'mid_market' then 5 + floor(8 * uniform(n, 'seats'))::int
        else 8 + floor(12 * uniform(n, 'seats'))::int
    end as seats,
    case
        when business_model = 'high_touch' and uniform(n, 'contract') < 0.8 then 12
        when business_model = 'self_serve' and uniform(n, 'contract') < 0.15 then 12
        else 1
    end as contract_months,
    uniform(n, 'heavy_reporter') < {{ truths.customers.heavy_reporter_share }} as is_heavy_reporter,
    case
        when uniform(n, 'full_use') < {{ truths.customers.full_use_share }} then 1.0
        else 0.30 + 0.50 * uniform(n, 'utilisation')
    end as drawn_utilisation,
    0.3 + 1.4 * uniform(n, 'billing_proneness') as billing_proneness,
    0.10 + 0.75 * uniform(n, 'ticket_proneness') ^ 3 as ticket_rate,
    {{ truths.mood.baseline }} + {{ truths.mood.baseline_deviation }} * gaussian(n, 'mood')
        as baseline_mood,
    case country
        when 'DE' then 'de' when 'ES' then 'es' when 'BR' then 'pt' when 'FR' then 'fr' else 'en'
    end as home_language,
    'rep-' || lpad((1 + floor(24 * uniform(n, 'owner'))::int)::varchar, 2, '0') as owner_id
from placed_customers;

alter table customers add column email varchar;
update customers set
    email = lower(strip_accents(first_name)) || '.' || lower(strip_accents(last_name)) || '@'
        || trim(slug(company_name), '-') || '-' || (n + 1)::varchar || '.example.com';

alter table customers add column user_count integer;
update customers set user_count = greatest(1, round(seats * drawn_utilisation)::int);

-- How far each subscriber got in onboarding, and when; nothing after the end of the history.
create or replace temp table onboarding_draws as
select
    n,
    after_hours(started_at, 0.2 + 30 * uniform(n, 'login_hours') ^ 2) as login_draw,
    uniform(n, 'login_loss') >= {{ truths.onboarding.first_login_loss_probability }} as has_login,
    uniform(n, 'import_loss') >= case
        when started_at < timestamp '{{ truths.onboarding.fixed_on }}'
            then {{ truths.onboarding.data_import_loss_before_probability }}
        else {{ truths.onboarding.data_import_loss_after_probability }}
    end as has_import,
    uniform(n, 'invite_loss') >= {{ truths.onboarding.team_invite_loss_probability }} as has_invite,
    uniform(n, 'report_loss') >= {{ truths.onboarding.first_report_loss_probability }}
        as has_report,
    6 + 110 * uniform(n, 'import_hours') ^ 2 as import_hours,
    2 + 90 * uniform(n, 'invite_hours') ^ 2 as invite_hours,
    4 + 140 * uniform(n, 'report_hours') ^ 2 as report_hours
from customers
where started_at is not null;

create or replace temp table onboarding as
with steps as (
    select
        n,
        case when has_login then login_draw end as login_at,
        case when has_login and has_import then after_hours(login_draw, import_hours) end
            as import_at,
        case
            when has_login and has_import and has_invite
                then after_hours(login_draw, import_hours + invite_hours)
        end as invite_at,
        case
            when has_login and has_import and has_invite and has_report
                then after_hours(login_draw, import_hours + invite_hours + report_hours)
        end as report_at,
        case
            when has_login and not has_import then 1 + floor(3 * uniform(n, 'failed_imports'))::int
            when has_login then (uniform(n, 'one_failed_import') < 0.12)::int
            else 0
        end as failed_imports
    from onboarding_draws
)

select
    n,
    case when login_at < history_end() then login_at end as login_at,
    case when import_at < history_end() then import_at end as import_at,
    case when invite_at < history_end() then invite_at end as invite_at,
    case when report_at < history_end() then report_at end as report_at,
    failed_imports
from steps;
