with

answers as (
    select * from {{ ref('int_scored_answers') }}
),

invitations as (
    select * from {{ ref('fct_survey_invitations') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

questions as (
    select
        survey_id,
        metric,
        {{ survey_scale() }} as scale,
        touchpoint_id
    from {{ ref('survey_questions') }}
    where {{ is_survey_metric() }}
),

-- The only pass over the answers; everything below adds up these few cells.
cells as (
    select
        survey_metric as metric,
        scale,
        cast({{ dbt.date_trunc('month', 'answered_at') }} as date) as month_start,
        touchpoint_id,
        segment,
        channel_id as channel,
        sum(case when is_on_scale then 1 else 0 end) as answer_count,
        sum(case when is_favourable then 1 else 0 end) as favourable_count,
        sum(case when is_detractor then 1 else 0 end) as detractor_count,
        {{ exact_sum('coalesce(score, 0)') }} as score_sum,
        sum(case when is_on_scale then 0 else 1 end) as off_scale_count
    from answers
    group by
        survey_metric,
        scale,
        cast({{ dbt.date_trunc('month', 'answered_at') }} as date),
        touchpoint_id,
        segment,
        channel_id
),

first_month as (
    select min(month_start) as month_start
    from cells
),

period_grains as (
    select 'month' as period_grain
    union all
    select 'quarter' as period_grain
    union all
    select 'all' as period_grain
),

dimensions as (
    select 'overall' as dimension
    union all
    select 'touchpoint' as dimension
    union all
    select 'segment' as dimension
    union all
    select 'channel' as dimension
),

placed as (
    select
        cells.metric,
        cells.scale,
        period_grains.period_grain,
        case period_grains.period_grain
            when 'month' then cells.month_start
            when 'quarter' then cast({{ dbt.date_trunc('quarter', 'cells.month_start') }} as date)
            else first_month.month_start
        end as period_start,
        dimensions.dimension,
        case dimensions.dimension
            when 'overall' then 'all'
            when 'touchpoint' then cells.touchpoint_id
            when 'segment' then cells.segment
            else cells.channel
        end as dimension_value,
        cells.answer_count,
        cells.favourable_count,
        cells.detractor_count,
        cells.score_sum,
        cells.off_scale_count
    from cells
    cross join first_month
    cross join period_grains
    cross join dimensions
),

-- A relationship question belongs to no touchpoint and is in no touchpoint's figure.
totals as (
    select
        metric,
        scale,
        period_grain,
        period_start,
        dimension,
        dimension_value,
        sum(answer_count) as n,
        sum(favourable_count) as favourable_count,
        sum(detractor_count) as detractor_count,
        {{ exact_sum('score_sum') }} as score_sum,
        sum(off_scale_count) as off_scale_count
    from placed
    where dimension_value is not null
    group by metric, scale, period_grain, period_start, dimension, dimension_value
),

-- Response rates follow the invitations sent in a period, whenever the answer came.
invitation_cells as (
    select
        invitations.survey_id,
        cast({{ dbt.date_trunc('month', 'invitations.sent_at') }} as date) as month_start,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(invitations.channel_id, 'unknown') as channel,
        count(*) as invited,
        sum(case when invitations.completed_at is not null then 1 else 0 end) as completed
    from invitations
    left join customers
        on invitations.customer_id = customers.customer_id
    where
        invitations.sent_at is not null
        and not coalesce(invitations.is_bounced, false)
        and not coalesce(customers.is_test, false)
    group by
        invitations.survey_id,
        cast({{ dbt.date_trunc('month', 'invitations.sent_at') }} as date),
        coalesce(customers.segment, 'unknown'),
        coalesce(invitations.channel_id, 'unknown')
),

-- A survey that asks two questions of one metric was still sent once.
survey_metrics as (
    select distinct
        survey_id,
        metric,
        scale,
        cast(null as varchar) as touchpoint_id
    from questions
    union all
    select distinct
        survey_id,
        metric,
        scale,
        touchpoint_id
    from questions
    where touchpoint_id is not null
),

invitations_placed as (
    select
        survey_metrics.metric,
        survey_metrics.scale,
        period_grains.period_grain,
        case period_grains.period_grain
            when 'month' then invitation_cells.month_start
            when 'quarter'
                then cast({{ dbt.date_trunc('quarter', 'invitation_cells.month_start') }} as date)
            else first_month.month_start
        end as period_start,
        dimensions.dimension,
        case dimensions.dimension
            when 'overall' then 'all'
            when 'touchpoint' then survey_metrics.touchpoint_id
            when 'segment' then invitation_cells.segment
            else invitation_cells.channel
        end as dimension_value,
        invitation_cells.invited,
        invitation_cells.completed
    from invitation_cells
    inner join survey_metrics
        on invitation_cells.survey_id = survey_metrics.survey_id
    inner join dimensions
        on (dimensions.dimension = 'touchpoint') = (survey_metrics.touchpoint_id is not null)
    cross join period_grains
    cross join first_month
),

invitation_totals as (
    select
        metric,
        scale,
        period_grain,
        period_start,
        dimension,
        dimension_value,
        sum(invited) as invited,
        sum(completed) as completed
    from invitations_placed
    group by metric, scale, period_grain, period_start, dimension, dimension_value
),

figures as (
    select
        totals.*,
        case
            when totals.metric = 'NPS'
                then
                    100.0 * (totals.favourable_count - totals.detractor_count)
                    / nullif(totals.n, 0)
            else totals.favourable_count * 1.0 / nullif(totals.n, 0)
        end as value,
        totals.score_sum / nullif(totals.n, 0) as mean_score,
        case
            when totals.metric = 'NPS'
                then {{ nps_variance(
                    'totals.favourable_count', 'totals.detractor_count', 'totals.n'
                ) }}
        end as nps_variance,
        invitation_totals.invited,
        invitation_totals.completed
    from totals
    left join invitation_totals
        on
            totals.metric = invitation_totals.metric
            and totals.scale = invitation_totals.scale
            and totals.period_grain = invitation_totals.period_grain
            and totals.period_start = invitation_totals.period_start
            and totals.dimension = invitation_totals.dimension
            and totals.dimension_value = invitation_totals.dimension_value
),

-- The period before is the calendar's, not the last one that happens to have answers.
paired as (
    select
        figures.*,
        previous.n as previous_n,
        previous.value as previous_value,
        previous.favourable_count as previous_favourable_count,
        previous.nps_variance as previous_nps_variance
    from figures
    left join figures as previous
        on
            figures.metric = previous.metric
            and figures.scale = previous.scale
            and figures.period_grain = previous.period_grain
            and figures.dimension = previous.dimension
            and figures.dimension_value = previous.dimension_value
            and figures.period_grain <> 'all'
            and previous.period_start = case figures.period_grain
                when 'month'
                    then cast({{ dbt.dateadd('month', -1, 'figures.period_start') }} as date)
                when 'quarter'
                    then cast({{ dbt.dateadd('month', -3, 'figures.period_start') }} as date)
            end
),

tested as (
    select
        *,
        value - previous_value as change,
        case
            when
                n < {{ var('minimum_sample_size') }}
                or previous_n < {{ var('minimum_sample_size') }}
                then null
            when metric = 'NPS' and nps_variance + previous_nps_variance > 0
                then (value - previous_value) / sqrt(nps_variance + previous_nps_variance)
            when metric = 'NPS' and value = previous_value then 0
            when metric <> 'NPS' and previous_n > 0
                then {{ two_proportion_z(
                    'favourable_count', 'n', 'previous_favourable_count', 'previous_n'
                ) }}
        end as change_z
    from paired
),

p_values as (
    select
        *,
        {{ two_sided_p_value('change_z') }} as p_value
    from tested
),

-- Among many segments and months some move by chance.
adjusted as (
    {{ with_adjusted_p_values(
        'p_values',
        partition_by=['metric', 'scale', 'dimension', 'period_grain'],
        order_by=['dimension_value', 'period_start']
    ) }}
)

select
    metric,
    scale,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    cast(n as bigint) as n,
    cast(favourable_count as bigint) as favourable_count,
    cast(detractor_count as bigint) as detractor_count,
    cast(off_scale_count as bigint) as off_scale_count,
    cast(value as double) as value,
    cast(case
        when metric = 'NPS' then {{ nps_lower('favourable_count', 'detractor_count', 'n') }}
        else {{ wilson_lower('favourable_count', 'n') }}
    end as double) as lower,
    cast(case
        when metric = 'NPS' then {{ nps_upper('favourable_count', 'detractor_count', 'n') }}
        else {{ wilson_upper('favourable_count', 'n') }}
    end as double) as upper,
    cast(mean_score as double) as mean_score,
    n < {{ var('minimum_sample_size') }} as is_too_few,
    cast(previous_value as double) as previous_value,
    cast(change as double) as change,
    cast(p_value as double) as change_p_value,
    cast(adjusted_p_value as double) as change_adjusted_p_value,
    adjusted_p_value <= {{ var('significance_level') }} as is_real_change,
    cast(invited as bigint) as invited,
    cast(completed as bigint) as completed,
    cast(completed * 1.0 / nullif(invited, 0) as double) as response_rate
from adjusted
