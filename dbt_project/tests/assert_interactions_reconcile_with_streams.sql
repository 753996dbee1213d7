{{ config(meta={'dagster': {'ref': {'name': 'fct_interactions'}}}) }}

-- Nothing is lost or doubled on the way into fct_interactions: it has as many rows per source as
-- the recorded and the derived interactions together.

with

expected as (
    select
        source_name,
        count(*) as row_count
    from {{ ref('int_interactions_unioned') }}
    group by source_name
    union all
    select
        source_name,
        count(*) as row_count
    from {{ ref('int_interactions_derived') }}
    group by source_name
),

expected_totals as (
    select
        source_name,
        sum(row_count) as row_count
    from expected
    group by source_name
),

actual as (
    select
        source_name,
        count(*) as row_count
    from {{ ref('fct_interactions') }}
    group by source_name
)

select
    coalesce(expected_totals.source_name, actual.source_name) as source_name,
    expected_totals.row_count as expected_rows,
    actual.row_count as actual_rows
from expected_totals
full outer join actual on expected_totals.source_name = actual.source_name
where coalesce(expected_totals.row_count, 0) <> coalesce(actual.row_count, 0)
