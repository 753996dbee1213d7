create or replace temp table product_users as
select
    'u' || (n + 1)::varchar || '-' || user_number::varchar as user_id,
    billing_customer_id as workspace,
    case when user_number = 0 then email else 'user' || user_number::varchar || '@'
        || split_part(email, '@', 2) end as email,
    written_zulu(after_days(started_at, 0.01 + 5 * user_number
        * uniform(n, user_number, 'user_days'))) as created_at
from (
    select customers.*, unnest(range(user_count)) as user_number
    from customers
    join onboarding using (n)
    where login_at is not null
)
where after_days(started_at, 0.01 + 5 * user_number * uniform(n, user_number, 'user_days'))
    < history_end();

create or replace temp table onboarding_events as
select n, login_at as occurred_at, 'workspace_first_login' as event_name, 900 as step
    from onboarding
union all
select
    n,
    after_hours(login_at, 0.5 + 5 * attempt + 2 * uniform(n, attempt, 'failed_at')),
    'import_failed',
    910 + attempt
from (select *, unnest(range(failed_imports)) as attempt from onboarding where login_at is not null)
union all
select n, import_at, 'import_completed', 920 from onboarding
union all
select n, invite_at, 'teammate_invited', 930 from onboarding
union all
select n, report_at, 'first_report_published', 940 from onboarding
union all
select n, after_seconds(invite_at, 0.5 * epoch(report_at - invite_at)), 'import_completed', 950
from onboarding
where report_at > invite_at
    and uniform(n, 'import_again') < {{ truths.onboarding.import_again_probability }};

create or replace temp table product_uses as
with rows_due as (
    select
        spans.n,
        month_index,
        greatest(span_from, login_at) as use_from,
        span_to,
        import_at,
        report_at,
        user_count,
        is_heavy_reporter,
        unnest(range(floor(
            {{ truths.use.rows_per_month }} * (0.35 + 0.12 * user_count)
            * case when report_at is null then 0.6 else 1 end
            * (0.6 + 0.8 * uniform(spans.n, 'use_size')) * exp(use_level)
            * least(greatest(epoch(span_to - greatest(span_from, login_at)) / 86400.0, 0) / 30,
                1.05)
            + uniform(spans.n, month_index, 'use_rows')
        )::int)) as step
    from spans
    join onboarding using (n)
    join customers using (n)
    where login_at < span_to
),

placed as (
    select
        *,
        after_seconds(
            use_from, (0.001 + 0.998 * uniform(n, month_index, step, 'use_at'))
                * epoch(span_to - use_from)
        ) as any_moment,
        floor(user_count * uniform(n, month_index, step, 'user'))::int as user_number,
        uniform(n, month_index, step, 'event') as event_draw
    from rows_due
),

timed as (
    select
        *,
        clamp(
            date_trunc('day', any_moment) + to_seconds(floor(
                25200 + 43200 * (uniform(n, month_index, step, 'hour_a')
                    + uniform(n, month_index, step, 'hour_b')) / 2
            )::bigint),
            use_from + interval 2 second,
            span_to - interval 2 second
        ) as occurred_at
    from placed
)

select
    n,
    month_index,
    step,
    occurred_at,
    user_number,
    case
        when event_draw < 0.025 then 'error_shown'
        when event_draw < 0.030 then 'rage_click'
        when report_at is null or occurred_at < report_at then 'dashboard_viewed'
        when event_draw < case when is_heavy_reporter then 0.60 else 0.14 end then 'report_built'
        when event_draw < case when is_heavy_reporter then 0.70 else 0.26 end
            then 'export_downloaded'
        when event_draw < case when is_heavy_reporter then 0.76 else 0.36 end
            then 'integration_synced'
        else 'dashboard_viewed'
    end as event_name
from timed
where span_to > use_from;

create or replace temp table product_events as
with events as (
    select n, month_index, step, occurred_at, user_number, event_name from product_uses
    union all
    select n, 99, step, occurred_at, 0, event_name
    from onboarding_events
    join lifetimes using (n)
    where is_customer_at(occurred_at, started_at, churned_at, returned_at)
    union all
    select n, 99, 990, churned_at - interval 6 minute, 0, 'cancellation_requested'
    from lifetimes
    join customers using (n)
    where churned_at is not null and business_model = 'self_serve'
)

select
    'e' || (n + 1)::varchar || '.' || month_index::varchar || '.' || step::varchar as event_id,
    'u' || (n + 1)::varchar || '-' || user_number::varchar as user_id,
    event_name as event,
    occurred_at as occurred_at,
    's' || (n + 1)::varchar || '.' || user_number::varchar || '.' || strftime(occurred_at, '%y%m%d')
        as session_id,
    case
        when month_index = 99 or event_name in ('error_shown', 'rage_click') then 1
        else 1 + floor(18 * uniform(n, month_index, step, 'actions') ^ 2)::bigint
    end as actions,
    round(15 + 400 * uniform(n, month_index, step, 'seconds'), 1) as active_seconds,
    (event_name in ('error_shown', 'import_failed'))::bigint as errors
from events;
