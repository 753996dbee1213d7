with

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
    where touchpoint_id <> 'unmapped'
),

experiences as (
    select * from {{ ref('int_bad_experiences') }}
    where family = 'touchpoint'
),

effects as (
    select * from {{ ref('int_experience_effects') }}
    where family = 'touchpoint' and segment = 'all'
),

counted as (
    select
        subject_id,
        count(distinct customer_id) as customers,
        sum(friction_events) as friction_events,
        sum(low_scores) as low_scores,
        sum(negative_comments) as negative_comments
    from experiences
    group by subject_id
),

tested as (
    select
        touchpoints.touchpoint_id,
        touchpoints.touchpoint_name,
        touchpoints.stage_id,
        touchpoints.owner_team,
        touchpoints.is_make_or_break,
        coalesce(counted.customers, 0) as customers,
        coalesce(counted.friction_events, 0) as friction_events,
        coalesce(counted.low_scores, 0) as low_scores,
        coalesce(counted.negative_comments, 0) as negative_comments,
        effects.exposed_windows,
        effects.exposed_lost,
        effects.other_windows,
        effects.other_lost,
        effects.unmatched_windows,
        effects.churn_effect,
        effects.churn_effect_lower,
        effects.churn_effect_upper,
        {{ two_sided_p_value('effects.churn_z') }} as p_value,
        effects.spend_effect,
        effects.spend_effect_lower,
        effects.spend_effect_upper,
        effects.currency
    from touchpoints
    left join counted on touchpoints.touchpoint_id = counted.subject_id
    left join effects on touchpoints.touchpoint_id = effects.subject_id
),

ranked as (
    select
        *,
        count(p_value) over () as family_size,
        row_number() over (order by p_value asc nulls last, touchpoint_id asc) as family_rank
    from tested
),

-- Benjamini & Hochberg (1995): among many touchpoints some differ by chance.
adjusted as (
    select
        *,
        case
            when p_value is not null
                then least(1.0e0, min(p_value * family_size / family_rank) over (
                    order by family_rank desc
                    rows between unbounded preceding and current row
                ))
        end as adjusted_p_value
    from ranked
),

judged as (
    select
        *,
        coalesce(
            adjusted_p_value <= {{ var('significance_level') }} and churn_effect > 0, false
        ) as is_found
    from adjusted
)

select
    touchpoint_id,
    touchpoint_name,
    stage_id,
    owner_team,
    is_make_or_break as is_declared,
    is_found,
    case
        when is_make_or_break and is_found then 'declared and found'
        when is_make_or_break then 'declared, not found'
        when is_found then 'found, not declared'
        else 'neither'
    end as moment_state,
    case
        when customers = 0 then 'no data'
        when churn_effect is null then 'too little data'
        else 'measured'
    end as status,
    cast(customers as bigint) as customers,
    cast(friction_events as bigint) as friction_events,
    cast(low_scores as bigint) as low_scores,
    cast(negative_comments as bigint) as negative_comments,
    exposed_windows,
    exposed_lost,
    other_windows,
    other_lost,
    unmatched_windows,
    churn_effect,
    churn_effect_lower,
    churn_effect_upper,
    cast(adjusted_p_value as double) as adjusted_p_value,
    cast(spend_effect as decimal(18, 2)) as spend_effect_amount,
    cast(spend_effect_lower as decimal(18, 2)) as spend_effect_lower_amount,
    cast(spend_effect_upper as decimal(18, 2)) as spend_effect_upper_amount,
    currency,
    case
        when churn_effect is not null
            then cast(row_number() over (
                order by churn_effect desc nulls last, touchpoint_id asc
            ) as bigint)
    end as effect_rank
from judged
