with

actions as (
    select * from {{ ref('actions') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

instances as (
    select * from {{ ref('int_action_instances') }}
),

-- Time from the fix to the last start that is decided, whatever became of it.
timed as (
    select
        actions.action_id,
        actions.action_name,
        actions.journey_id,
        actions.step_number,
        case
            when actions.step_number is null then journeys.end_touchpoint_id
            else journey_steps.touchpoint_id
        end as touchpoint_id,
        case when actions.step_number is null then 'completion' else 'step' end as measure,
        actions.fixed_on,
        actions.expected_effect,
        actions.owner,
        actions.reason,
        journeys.abandon_after_days,
        {{ dbt.datediff(
            'actions.fixed_on', as_of_date(), 'day'
        ) }} + 1 as days_since,
        least(
            cast({{ var('action_window_days') }} as bigint),
            {{ dbt.datediff(
                'actions.fixed_on', as_of_date(), 'day'
            ) }} + 1 - journeys.abandon_after_days
        ) as window_days
    from actions
    inner join journeys on actions.journey_id = journeys.journey_id
    left join journey_steps
        on
            actions.journey_id = journey_steps.journey_id
            and actions.step_number = journey_steps.step_number
),

windows as (
    select
        *,
        case
            when window_days > 0
                then cast({{ add_days('cast(fixed_on as timestamp)', '-window_days') }} as date)
        end as before_from,
        case
            when window_days > 0
                then cast({{ add_days('cast(fixed_on as timestamp)', 'window_days') }} as date)
        end as after_until
    from timed
),

counted as (
    select
        windows.action_id,
        count(case when instances.is_decided and not instances.is_after then 1 end)
            as before_instances,
        count(
            case
                when instances.is_decided and not instances.is_after and instances.is_reached
                    then 1
            end
        ) as before_reached,
        count(case when instances.is_decided and instances.is_after then 1 end)
            as after_instances,
        count(
            case
                when instances.is_decided and instances.is_after and instances.is_reached
                    then 1
            end
        ) as after_reached,
        count(case when not instances.is_decided then 1 end) as undecided_instances
    from windows
    left join instances
        on
            windows.action_id = instances.action_id
            and instances.started_at >= cast(windows.before_from as timestamp)
            and instances.started_at < cast(windows.after_until as timestamp)
    group by windows.action_id
),

-- A month counts for the series when all of it lies on one side of the fix and is decided.
months as (
    select
        instances.action_id,
        instances.start_month,
        instances.is_after,
        cast(
            {{ dbt.datediff(
                'windows.fixed_on', 'instances.start_month', 'month'
            ) }} as bigint
        ) as month_number,
        count(*) as instances,
        count(case when instances.is_reached then 1 end) as reached
    from instances
    inner join windows on instances.action_id = windows.action_id
    where
        instances.is_decided
        and {{ add_days(
            'cast(' ~ dbt.dateadd('month', 1, 'instances.start_month') ~ ' as timestamp)',
            'windows.abandon_after_days'
        ) }} <= {{ as_of_end() }}
        and (
            instances.start_month
            <> cast({{ dbt.date_trunc('month', 'windows.fixed_on') }} as date)
            or windows.fixed_on = instances.start_month
        )
    group by
        instances.action_id, instances.start_month, instances.is_after, windows.fixed_on
),

-- Least squares for one line before and one after, months weighted by their instances, for a share
-- of few is less certain. All sums but the last are of whole numbers.
sums as (
    select
        action_id,
        is_after,
        count(*) as months,
        sum(instances) as weight,
        sum(instances * month_number) * 1.0e0 / sum(instances) as mean_month,
        sum(reached) * 1.0e0 / sum(instances) as mean_rate,
        sum(instances * month_number * month_number)
        - power(sum(instances * month_number), 2) * 1.0e0 / sum(instances) as squares_month,
        sum(month_number * reached)
        - sum(instances * month_number) * 1.0e0 * sum(reached) / sum(instances) as products,
        {{ exact_sum('reached * reached * 1.0e0 / instances') }}
        - power(sum(reached), 2) * 1.0e0 / sum(instances) as squares_rate
    from months
    group by action_id, is_after
),

lines as (
    select
        *,
        products / nullif(squares_month, 0) as slope,
        mean_rate - products / nullif(squares_month, 0) * mean_month as level_at_fix,
        greatest(squares_rate - power(products, 2) / nullif(squares_month, 0), 0) as residual,
        1.0e0 / weight + power(mean_month, 2) / nullif(squares_month, 0) as leverage_at_fix
    from sums
),

-- Both lines together are the segmented regression: level and slope before, change of both at the
-- fix.
series as (
    select
        before_lines.action_id,
        before_lines.months as months_before,
        after_lines.months as months_after,
        before_lines.slope as slope_before,
        after_lines.slope as slope_after,
        after_lines.level_at_fix - before_lines.level_at_fix as level_change,
        before_lines.months + after_lines.months - 4 as degrees,
        (before_lines.residual + after_lines.residual)
        / nullif(before_lines.months + after_lines.months - 4, 0) as variance,
        before_lines.leverage_at_fix + after_lines.leverage_at_fix as leverage,
        before_lines.squares_month
    from lines as before_lines
    inner join lines as after_lines
        on
            before_lines.action_id = after_lines.action_id
            and not before_lines.is_after
            and after_lines.is_after
    where
        before_lines.months >= {{ var('action_minimum_months') }}
        and after_lines.months >= {{ var('action_minimum_months') }}
),

bounded as (
    select
        *,
        {{ student_t_score('degrees') }} * sqrt(variance * leverage) as level_half,
        {{ student_t_score('degrees') }} * sqrt(variance / nullif(squares_month, 0))
            as slope_half
    from series
),

compared as (
    select
        windows.*,
        counted.before_instances,
        counted.before_reached,
        counted.after_instances,
        counted.after_reached,
        counted.undecided_instances,
        case
            when windows.days_since <= 0 then 'in the future'
            when windows.window_days <= 0 then 'not yet decided'
            when windows.touchpoint_id is null then 'unknown step'
            when counted.before_instances + counted.after_instances = 0 then 'no data'
            when
                least(counted.before_instances, counted.after_instances)
                < {{ var('minimum_sample_size') }}
                then 'too few instances'
            else 'measured'
        end as status
    from windows
    inner join counted on windows.action_id = counted.action_id
),

effects as (
    select
        compared.*,
        compared.before_reached * 1.0e0 / nullif(compared.before_instances, 0) as before_rate,
        compared.after_reached * 1.0e0 / nullif(compared.after_instances, 0) as after_rate,
        case when compared.status = 'measured' then
            {{ newcombe_lower(
                'after_reached', 'after_instances', 'before_reached', 'before_instances'
            ) }} end as effect_lower,
        case when compared.status = 'measured' then
            {{ newcombe_upper(
                'after_reached', 'after_instances', 'before_reached', 'before_instances'
            ) }} end as effect_upper,
        case when compared.status = 'measured' then
            {{ two_proportion_z(
                'after_reached', 'after_instances', 'before_reached', 'before_instances'
            ) }} end as z
    from compared
),

judged as (
    select
        effects.*,
        bounded.months_before,
        bounded.months_after,
        bounded.slope_before,
        bounded.slope_before - bounded.slope_half as slope_before_lower,
        bounded.slope_before + bounded.slope_half as slope_before_upper,
        bounded.slope_after,
        bounded.level_change,
        bounded.level_change - bounded.level_half as level_change_lower,
        bounded.level_change + bounded.level_half as level_change_upper,
        effects.effect_lower > 0 or effects.effect_upper < 0 as is_significant,
        sign(effects.after_rate - effects.before_rate) as direction
    from effects
    left join bounded
        on
            effects.action_id = bounded.action_id
            and effects.status = 'measured'
)

select
    action_id,
    action_name,
    journey_id,
    step_number,
    touchpoint_id,
    measure,
    fixed_on,
    owner,
    reason,
    status,
    case when window_days > 0 then window_days end as window_days,
    before_from,
    after_until,
    before_instances,
    before_reached,
    case when status = 'measured' then before_rate end as before_rate,
    case
        when status = 'measured'
            then {{ wilson_lower('before_reached', 'before_instances') }}
    end as before_lower,
    case
        when status = 'measured'
            then {{ wilson_upper('before_reached', 'before_instances') }}
    end as before_upper,
    after_instances,
    after_reached,
    case when status = 'measured' then after_rate end as after_rate,
    case
        when status = 'measured'
            then {{ wilson_lower('after_reached', 'after_instances') }}
    end as after_lower,
    case
        when status = 'measured'
            then {{ wilson_upper('after_reached', 'after_instances') }}
    end as after_upper,
    undecided_instances,
    case when status = 'measured' then after_rate - before_rate end as effect,
    effect_lower,
    effect_upper,
    {{ two_sided_p_value('z') }} as p_value,
    is_significant,
    expected_effect,
    expected_effect between effect_lower and effect_upper as is_as_expected,
    months_before,
    months_after,
    slope_before,
    slope_before_lower,
    slope_before_upper,
    slope_after,
    level_change,
    level_change_lower,
    level_change_upper,
    case
        when status <> 'measured' then status
        when not is_significant then 'no significant difference'
        when level_change is null then 'difference, too few months to tell it from a trend'
        when
            direction * case when direction > 0 then level_change_lower else level_change_upper end
            > 0
            then 'difference beyond the trend'
        when
            direction * case when direction > 0 then slope_before_lower else slope_before_upper end
            > 0
            then 'difference that the trend before explains'
        else 'difference, but no break in the months that chance would not make'
    end as conclusion,
    'Share of instances that reach the step among those that reached the last required step before '
    || 'it, in windows of equal length before and after; only instances old enough to be decided.'
        as counting_rule
from judged
