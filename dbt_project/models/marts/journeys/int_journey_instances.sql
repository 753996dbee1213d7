{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'reads_changes_of': ['fct_journey_visits']},
    pre_hook="{{ forget_changed_scopes() }}",
    schema='core',
    contract={'enforced': false},
    post_hook="{{ mark_changes_consumed() }}",
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

-- Very many visits are read three times, each time no more columns than are needed, instead of
-- being kept in memory.
with

openings as (
    select *
    from ({{ rows_of_changed_scopes('fct_journey_visits') }}) as visits
    where visit_number = 1
),

-- Millions of groups are kept apart by one key alone, and by counts, which take half a sum's room;
-- the rest their opening says.
counted as (
    select
        journey_instance_id,
        max(case when is_declared then occurred_at end) as last_declared_at,
        max(case when is_declared then visit_number end) as last_declared_number,
        max(case when is_end then visit_number end) as last_end_number,
        max(case when is_exit then visit_number end) as last_exit_number,
        count(*) as visit_count,
        max(path_position) as path_length,
        count(case when is_repeat then 1 end) as repeat_count,
        count(case when is_return then 1 end) as return_count,
        count(case when is_channel_switch then 1 end) as channel_switch_count,
        count(case when is_hand_off then 1 end) as hand_off_count,
        max(case when is_last then touchpoint_id end) as last_touchpoint_id,
        -- The hash does not depend on the order in which rows are added up: each carries its place.
        {{ order_free_hash('path_position', 'touchpoint_id', 'not is_repeat') }} as variant_hash
    from ({{ rows_of_changed_scopes('fct_journey_visits') }}) as visits
    group by journey_instance_id
),

-- Apart from the other figures: a distinct count beside them makes so many groups ten times dearer.
channels as (
    select
        journey_instance_id,
        count(distinct channel_id) as channel_count
    from ({{ rows_of_changed_scopes('fct_journey_visits') }}) as visits
    group by journey_instance_id
)

select
    openings.journey_instance_id,
    openings.journey_id,
    openings.scope_key,
    openings.opened_position,
    openings.customer_id,
    openings.related_id,
    openings.occurred_at as started_at,
    counted.last_declared_at,
    coalesce(counted.last_end_number = counted.last_declared_number, false) as is_completed,
    coalesce(counted.last_exit_number = counted.last_declared_number, false) as is_exited,
    counted.visit_count,
    counted.path_length,
    counted.repeat_count,
    counted.return_count,
    counted.channel_switch_count,
    counted.hand_off_count,
    channels.channel_count,
    counted.last_touchpoint_id,
    counted.variant_hash
from openings
inner join counted on openings.journey_instance_id = counted.journey_instance_id
inner join channels on openings.journey_instance_id = channels.journey_instance_id
