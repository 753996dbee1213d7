"""A run against the runs before it: the median, and how far from it is unusual, in one statement.

A baseline is the last thirty runs for earlier days with the same sources. A run for an older day is
compared with what was before that day, never with what came later. What is measured over a window
of days is compared with windows that do not overlap it: otherwise the same rows would be compared
with themselves.
"""

BASELINE_RUNS = 30
FEWEST_RUNS = 5
# Five median absolute deviations, scaled as for a normal distribution, leave out less than one run
# in a thousand; the floors keep a baseline that never moved from calling every change unusual.
SPREAD = 5 * 1.4826
ROWS_FLOOR = 0.5
# A handful of rows may go by a correction or an erasure.
FEWEST_LOST_ROWS = 20
NULLS_FLOOR = 0.10
# The usual reading of the population stability index: above 0.25 the make-up has shifted. Chance
# alone adds about (categories - 1) / rows on either side.
SHIFTED = 0.25

# Relations `specs` (table_name, window_days, is_windowed) and `limits` (table_name, rule,
# column_name, value, upper_bound) are registered by whoever runs it.
MEASURES_SQL = f"""
with current_figures as (
    select profiles.*, specs.window_days, specs.is_windowed
    from quality.table_profiles as profiles
    inner join specs on profiles.table_name = specs.table_name
    where profiles.as_of_date = $as_of
),

comparable_days as (
    select distinct
        profiles.table_name,
        profiles.as_of_date,
        profiles.as_of_date <= $as_of - cast(specs.window_days as integer) as is_apart
    from quality.table_profiles as profiles
    inner join specs on profiles.table_name = specs.table_name
    where profiles.as_of_date < $as_of
      and (profiles.comparable = $comparable or starts_with(profiles.table_name, 'raw.'))
),

apart as (
    select table_name, as_of_date
    from comparable_days
    where is_apart
    qualify row_number() over (partition by table_name order by as_of_date desc) <= {BASELINE_RUNS}
),

before as (
    select table_name, as_of_date
    from comparable_days
    qualify row_number() over (partition by table_name order by as_of_date desc) <= {BASELINE_RUNS}
),

baseline as (
    select
        profiles.table_name,
        profiles.measure,
        profiles.column_name,
        median(profiles.figure) as usual,
        mad(profiles.figure) as spread,
        count(*) as run_count
    from quality.table_profiles as profiles
    inner join specs on profiles.table_name = specs.table_name
    inner join comparable_days
        on profiles.table_name = comparable_days.table_name
        and profiles.as_of_date = comparable_days.as_of_date
    where profiles.measure in ('rows', 'recent_rows', 'null_share', 'median', 'middle_half')
      and (
        (profiles.table_name, profiles.as_of_date) in (select (table_name, as_of_date) from apart)
        or (
            (not specs.is_windowed or profiles.measure = 'rows')
            and (profiles.table_name, profiles.as_of_date)
                in (select (table_name, as_of_date) from before)
        )
    )
    group by all
),

scalar as (
    select
        figures.table_name,
        figures.measure,
        figures.column_name,
        figures.figure as value,
        baseline.usual,
        baseline.spread,
        coalesce(baseline.run_count, 0) as run_count,
        halves.usual as usual_half,
        figures.is_windowed
    from current_figures as figures
    left join baseline
        on figures.table_name = baseline.table_name
        and figures.measure = baseline.measure
        and figures.column_name = baseline.column_name
    left join baseline as halves
        on figures.table_name = halves.table_name
        and halves.measure = 'middle_half'
        and figures.column_name = halves.column_name
    where figures.measure in ('rows', 'recent_rows', 'null_share', 'median')
),

scalar_measures as (
    select
        table_name,
        'rows_are_left' as rule,
        '' as column_name,
        value,
        usual,
        if(usual >= {FEWEST_LOST_ROWS}, 1, 0) as lower_bound,
        null as upper_bound,
        run_count,
        1 as needed
    from scalar
    where measure = 'rows'
    union all
    select
        table_name,
        'rows_as_usual',
        '',
        value,
        usual,
        greatest(usual - greatest({SPREAD} * spread, {ROWS_FLOOR} * usual, 10), 0),
        usual + greatest({SPREAD} * spread, {ROWS_FLOOR} * usual, 10),
        run_count,
        {FEWEST_RUNS}
    from scalar
    where measure = if(is_windowed, 'recent_rows', 'rows')
    union all
    select
        table_name,
        'nulls_as_usual',
        column_name,
        value,
        usual,
        null,
        usual + greatest({SPREAD} * spread, {NULLS_FLOOR}),
        run_count,
        {FEWEST_RUNS}
    from scalar
    where measure = 'null_share'
    union all
    select
        table_name,
        'numbers_as_usual',
        column_name,
        value,
        usual,
        usual - greatest({SPREAD} * spread, coalesce(usual_half, 0), 0.05 * abs(usual)),
        usual + greatest({SPREAD} * spread, coalesce(usual_half, 0), 0.05 * abs(usual)),
        run_count,
        {FEWEST_RUNS}
    from scalar
    where measure = 'median'
),

past_shares as (
    select profiles.table_name, profiles.column_name, profiles.category, sum(figure) as total
    from quality.table_profiles as profiles
    inner join specs on profiles.table_name = specs.table_name
    where profiles.measure = 'share'
      and (profiles.table_name, profiles.as_of_date) in (
        select (table_name, as_of_date) from apart
        union all
        select (before.table_name, before.as_of_date)
        from before
        inner join specs as whole
            on before.table_name = whole.table_name and not whole.is_windowed
    )
    group by all
),

past_columns as (
    select table_name, column_name, sum(total) as run_count
    from past_shares
    group by all
),

-- A run's shares of a column add up to one, so their sum over the runs is the number of runs.
expected as (
    select
        past_shares.table_name,
        past_shares.column_name,
        past_shares.category,
        past_shares.total / past_columns.run_count as share
    from past_shares
    inner join past_columns
        on past_shares.table_name = past_columns.table_name
        and past_shares.column_name = past_columns.column_name
),

found as (
    select table_name, column_name, category, figure as share
    from current_figures
    where measure = 'share'
),

compared as (
    select
        coalesce(found.table_name, expected.table_name) as table_name,
        coalesce(found.column_name, expected.column_name) as column_name,
        greatest(coalesce(found.share, 0), 0.001) as now_share,
        greatest(coalesce(expected.share, 0), 0.001) as usual_share
    from found
    full outer join expected
        on found.table_name = expected.table_name
        and found.column_name = expected.column_name
        and found.category = expected.category
),

shifts as (
    select
        table_name,
        column_name,
        sum((now_share - usual_share) * ln(now_share / usual_share)) as stability_index,
        count(*) as categories
    from compared
    group by all
),

category_measures as (
    select
        figures.table_name,
        'categories_as_usual' as rule,
        figures.column_name,
        shifts.stability_index as value,
        0.0 as usual,
        null as lower_bound,
        {SHIFTED} + 2 * (shifts.categories - 1) / figures.figure as upper_bound,
        coalesce(cast(round(past_columns.run_count) as bigint), 0) as run_count,
        {FEWEST_RUNS} as needed
    from current_figures as figures
    inner join shifts
        on figures.table_name = shifts.table_name and figures.column_name = shifts.column_name
    left join past_columns
        on figures.table_name = past_columns.table_name
        and figures.column_name = past_columns.column_name
    where figures.measure = 'category_rows'
),

every_measure as (
    select * from scalar_measures
    union all
    select * from category_measures
    union all
    select
        table_name, rule, column_name, value, null, null, upper_bound, null as run_count, 0
    from limits
)

select
    table_name,
    rule,
    column_name,
    value,
    if(run_count >= needed, usual, null) as usual,
    if(coalesce(run_count, needed) >= needed, lower_bound, null) as lower_bound,
    if(coalesce(run_count, needed) >= needed, upper_bound, null) as upper_bound,
    run_count,
    case
        when run_count < needed then 'no history'
        when value < lower_bound or value > upper_bound then 'outside'
        else 'within'
    end as verdict
from every_measure
order by table_name, rule, column_name
"""
