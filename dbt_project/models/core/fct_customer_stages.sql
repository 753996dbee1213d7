{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_changed_scopes('customer_id') }}",
    post_hook="{{ mark_changes_consumed() }}",
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

with

stage_checkpoints as (
    select * from {{ ref('stage_checkpoints') }}
),

stages as (
    select * from {{ ref('stages') }}
),

checkpoints as (
    select
        stage_checkpoints.stage_set,
        stage_checkpoints.touchpoint_id,
        stage_checkpoints.stage_id,
        stage_checkpoints.moves,
        stages.stage_order
    from stage_checkpoints
    inner join stages
        on
            stage_checkpoints.stage_set = stages.stage_set
            and stage_checkpoints.stage_id = stages.stage_id
),

passed as (
    select
        interactions.customer_id,
        checkpoints.stage_set,
        checkpoints.stage_id,
        checkpoints.stage_order,
        checkpoints.moves,
        interactions.touchpoint_id,
        interactions.occurred_at
    from {{ ref('fct_interactions') }} as interactions
    inner join checkpoints on interactions.touchpoint_id = checkpoints.touchpoint_id
    where
        interactions.customer_id is not null
    {%- if is_incremental() %}
        and interactions.customer_id in (select scope_key from ({{ changed_scopes() }}))
        {%- endif %}
),

-- A checkpoint that always moves begins a new round; within a round customers only go forward.
moves as (
    select distinct
        customer_id,
        stage_set,
        stage_id,
        stage_order,
        touchpoint_id,
        occurred_at
    from passed
    where moves = 'always'
),

rounds as (
    select
        customer_id,
        stage_set,
        stage_id,
        stage_order,
        touchpoint_id,
        occurred_at as begins_at,
        lead(occurred_at) over (
            partition by customer_id, stage_set order by occurred_at, stage_order, touchpoint_id
        ) as next_begins_at
    from moves
),

first_rounds as (
    select
        customer_id,
        stage_set,
        min(occurred_at) as first_moved_at
    from moves
    group by customer_id, stage_set
),

-- One row per customer, round and stage before anything is ordered: the stream is never sorted.
entries as (
    select
        passed.customer_id,
        passed.stage_set,
        rounds.begins_at,
        passed.stage_id,
        passed.stage_order,
        min(passed.occurred_at) as entered_at
    from passed
    left join first_rounds
        on
            passed.customer_id = first_rounds.customer_id
            and passed.stage_set = first_rounds.stage_set
    left join rounds
        on
            passed.customer_id = rounds.customer_id
            and passed.stage_set = rounds.stage_set
            and passed.occurred_at >= rounds.begins_at
            and (rounds.next_begins_at is null or passed.occurred_at < rounds.next_begins_at)
    where
        passed.moves = 'forward'
        and (
            rounds.begins_at is not null
            or first_rounds.first_moved_at is null
            or first_rounds.first_moved_at > passed.occurred_at
        )
    group by
        passed.customer_id,
        passed.stage_set,
        rounds.begins_at,
        passed.stage_id,
        passed.stage_order

    union all

    select
        customer_id,
        stage_set,
        begins_at,
        stage_id,
        stage_order,
        begins_at as entered_at
    from rounds
),

-- At one moment the furthest stage counts, after the move that begins the round.
compared as (
    select
        *,
        max(stage_order) over (
            partition by customer_id, stage_set, begins_at
            order by entered_at asc, stage_order desc
            rows between unbounded preceding and 1 preceding
        ) as furthest_before
    from entries
),

in_order as (
    select
        *,
        lag(stage_id) over (
            partition by customer_id, stage_set
            order by entered_at, begins_at nulls first, stage_order
        ) as previous_stage_id
    from compared
    where furthest_before is null or stage_order > furthest_before
),

entered as (
    select
        *,
        lead(entered_at) over (
            partition by customer_id, stage_set
            order by entered_at, begins_at nulls first, stage_order
        ) as left_at
    from in_order
    where previous_stage_id is null or previous_stage_id <> stage_id
)

select
    customer_id,
    stage_set,
    stage_id,
    cast(stage_order as bigint) as stage_order,
    previous_stage_id,
    entered_at,
    left_at,
    left_at is null as is_current
from entered
