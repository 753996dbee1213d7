-- Random numbers are hashes of (customer, …, a word that names the draw, seed): the same on
-- every
-- machine and in every order of work. Normal draws are sums of uniforms, so that no mathematics
-- library can differ in the last bit.
create or replace macro uniform
    (a, salt) as (hash(a, salt, {{ seed }}) >> 11)::double / 9007199254740992.0,
    (a, b, salt) as (hash(a, b, salt, {{ seed }}) >> 11)::double / 9007199254740992.0,
    (a, b, c, salt) as (hash(a, b, c, salt, {{ seed }}) >> 11)::double / 9007199254740992.0;

create or replace macro gaussian
    (a, salt) as (
        uniform(a, salt || '1') + uniform(a, salt || '2')
        + uniform(a, salt || '3') + uniform(a, salt || '4') - 2
    ) * 1.7320508,
    (a, b, salt) as (
        uniform(a, b, salt || '1') + uniform(a, b, salt || '2')
        + uniform(a, b, salt || '3') + uniform(a, b, salt || '4') - 2
    ) * 1.7320508,
    (a, b, c, salt) as (
        uniform(a, b, c, salt || '1') + uniform(a, b, c, salt || '2')
        + uniform(a, b, c, salt || '3') + uniform(a, b, c, salt || '4') - 2
    ) * 1.7320508;

-- A Poisson count up to six from one uniform.
create or replace macro poisson(u, rate) as (
    (u > exp(-rate))::int
    + (u > exp(-rate) * (1 + rate))::int
    + (u > exp(-rate) * (1 + rate + rate ^ 2 / 2))::int
    + (u > exp(-rate) * (1 + rate + rate ^ 2 / 2 + rate ^ 3 / 6))::int
    + (u > exp(-rate) * (1 + rate + rate ^ 2 / 2 + rate ^ 3 / 6 + rate ^ 4 / 24))::int
    + (u > exp(-rate) * (1 + rate + rate ^ 2 / 2 + rate ^ 3 / 6 + rate ^ 4 / 24 + rate ^ 5
        / 120))::int
);

create or replace macro logistic(x) as 1 / (1 + exp(-(x)));

create or replace macro clamp(x, low, high) as least(greatest(x, low), high);

create or replace macro pick(words, u) as words[1 + floor(u * len(words))::int];

create or replace macro after_seconds(moment, seconds) as moment
    + to_seconds(floor(seconds)::bigint);

create or replace macro after_hours(moment, hours) as after_seconds(moment, (hours) * 3600);

create or replace macro after_days(moment, days) as after_seconds(moment, (days) * 86400);

create or replace macro slug(words)
    as regexp_replace(lower(strip_accents(words)), '[^a-z0-9]+', '-', 'g');

-- How the vendors write a moment.
create or replace macro written_utc(moment) as strftime(moment, '%Y-%m-%d %H:%M:%S');

create or replace macro written_zulu(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%SZ');

create or replace macro written_in(zone, moment) as strftime(
    timezone(zone, timezone('UTC', moment)), '%Y-%m-%d %H:%M:%S'
);

create or replace macro written_offset(moment, hours) as strftime(
    moment + to_hours(hours), '%Y-%m-%dT%H:%M:%S'
) || '+' || lpad(hours::varchar, 2, '0') || ':00';

-- The first moment after the history.
create or replace macro history_end() as timestamp '{{ truths.history.last_day }} 00:00:00'
    + interval 1 day;
create or replace macro history_start() as timestamp '{{ truths.history.first_day }} 00:00:00';
