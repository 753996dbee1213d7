{%- set stored = stored_table('core', 'fct_interactions') -%}

with

landed as (
    select
        source_name,
        load_id,
        count(*) as row_count,
        count({{ known_by_as_of('ended_at') }}) as ended_count,
        sum(cast({{ epoch_microseconds('occurred_at') }} as decimal(38, 0))) as time_sum
    from {{ ref('int_interactions_unioned') }}
    group by source_name, load_id
),

kept as (
    {%- if stored %}
    select
        source_name,
        load_id,
        count(*) as row_count,
        count(ended_at) as ended_count,
        sum(cast({{ epoch_microseconds('occurred_at') }} as decimal(38, 0))) as time_sum
    from {{ stored }}
    where not is_derived
    group by source_name, load_id
    {%- else %}
    select *
    from landed
    where 1 = 0
    {%- endif %}
)

-- A source whose rows tell no load is compared as a whole, row by row.
select
    coalesce(landed.source_name, kept.source_name) as source_name,
    coalesce(landed.load_id, kept.load_id) as load_id,
    coalesce(landed.row_count, 0) as landed_row_count,
    coalesce(kept.row_count, 0) as kept_row_count,
    case
        when landed.load_id is null and kept.load_id is null then 'compared'
        when kept.row_count is null then 'new'
        when landed.row_count is null then 'withdrawn'
        when
            landed.row_count = kept.row_count
            and landed.ended_count = kept.ended_count
            and landed.time_sum = kept.time_sum
            then 'unchanged'
        else 'changed'
    end as load_state
from landed
full outer join kept
    on
        landed.source_name = kept.source_name
        and landed.load_id is not distinct from kept.load_id
