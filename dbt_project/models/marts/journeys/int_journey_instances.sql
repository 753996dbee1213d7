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

with

visits as (
    {{ rows_of_changed_scopes('fct_journey_visits') }}
)

-- Who or what an instance is about, its opening interaction says. The variant's hash does not
-- depend on the order in which rows are added up, since each carries its place.
select
    journey_instance_id,
    journey_id,
    scope_key,
    opened_position,
    max(case when visit_number = 1 then customer_id end) as customer_id,
    max(case when visit_number = 1 then related_id end) as related_id,
    min(occurred_at) as started_at,
    max(case when is_declared then occurred_at end) as last_declared_at,
    coalesce(
        max(case when is_end then visit_number end)
        = max(case when is_declared then visit_number end),
        false
    ) as is_completed,
    coalesce(
        max(case when is_exit then visit_number end)
        = max(case when is_declared then visit_number end),
        false
    ) as is_exited,
    count(*) as visit_count,
    max(path_position) as path_length,
    sum(case when is_repeat then 1 else 0 end) as repeat_count,
    sum(case when is_return then 1 else 0 end) as return_count,
    sum(case when is_channel_switch then 1 else 0 end) as channel_switch_count,
    sum(case when is_hand_off then 1 else 0 end) as hand_off_count,
    count(distinct channel_id) as channel_count,
    max(case when is_last then touchpoint_id end) as last_touchpoint_id,
    {{ order_free_hash('path_position', 'touchpoint_id', 'not is_repeat') }} as variant_hash
from visits
group by journey_instance_id, journey_id, scope_key, opened_position
