{{ config(materialized='view', pre_hook='{{ prepare_quality_records() }}') }}

-- A view, since the checks that it sums up run after every pass of dbt: whoever reads it, and
-- publishing does at the end of a run, sees the results up to that moment.

with results as (
    select * from {{ source('quality', 'expectation_results') }}
),

measures as (
    select * from {{ source('quality', 'table_measures') }}
),

held_batches as (
    select * from {{ source('quality', 'held_batches') }}
),

lineage as (
    select
        as_of_date,
        mart_name,
        owner,
        upstream_table,
        upstream_table = 'marts.' || mart_name as is_own
    from {{ source('quality', 'mart_lineage') }}
),

judged as (
    select
        lineage.as_of_date,
        lineage.mart_name,
        lineage.is_own,
        results.rule,
        results.severity,
        results.status,
        results.waived_until,
        results.table_row_count,
        results.table_name,
        results.status in ('failed', 'error') as is_broken,
        -- Counted by themselves, and not among the other warnings.
        results.rule in ('newest_event_is_fresh', 'few_rows_are_quarantined') as is_of_a_stream
    from lineage
    inner join results
        on
            lineage.as_of_date = results.as_of_date
            and lineage.upstream_table = results.table_name
),

checks as (
    select
        as_of_date,
        mart_name,
        max(case when is_own then table_row_count end) as row_count,
        count(*) as rule_count,
        sum(case when status <> 'skipped' then 1 else 0 end) as evaluated_count,
        sum(case when is_own and is_broken and severity = 'critical' then 1 else 0 end)
            as own_critical_count,
        sum(case when not is_own and is_broken and severity = 'critical' then 1 else 0 end)
            as upstream_critical_count,
        sum(case when is_own and is_broken and severity = 'warning' then 1 else 0 end)
            as own_warning_count,
        sum(
            case
                when not is_own and not is_of_a_stream and is_broken and severity = 'warning'
                    then 1
                else 0
            end
        ) as upstream_warning_count,
        sum(case when status = 'waived' then 1 else 0 end) as waiver_count,
        sum(case when status = 'waived' and severity = 'critical' then 1 else 0 end)
            as critical_waiver_count,
        min(case when status = 'waived' then waived_until end) as first_waiver_ends_date,
        sum(case when is_broken and rule = 'newest_event_is_fresh' then 1 else 0 end)
            as stale_stream_count,
        sum(case when is_broken and rule = 'few_rows_are_quarantined' then 1 else 0 end)
            as rejecting_stream_count,
        {{ dbt.listagg(
            "case when is_broken and severity = 'critical' and not is_own then table_name end",
            "', '", 'order by table_name'
        ) }} as critical_tables,
        {{ dbt.listagg(
            "case when is_broken and rule = 'newest_event_is_fresh' then table_name end",
            "', '", 'order by table_name'
        ) }} as stale_tables,
        {{ dbt.listagg(
            "case when is_broken and rule = 'few_rows_are_quarantined' then table_name end",
            "', '", 'order by table_name'
        ) }} as rejecting_tables
    from judged
    group by as_of_date, mart_name
),

sources as (
    select
        lineage.as_of_date,
        lineage.mart_name,
        max(case when measures.rule = 'newest_event_is_fresh' then measures.value end)
            as oldest_stream_days,
        max(case when measures.rule = 'few_rows_are_quarantined' then measures.value end)
            as largest_quarantine_share
    from lineage
    inner join measures
        on
            lineage.as_of_date = measures.as_of_date
            and lineage.upstream_table = measures.table_name
    group by lineage.as_of_date, lineage.mart_name
),

held as (
    select
        lineage.as_of_date,
        lineage.mart_name,
        count(*) as held_file_count,
        {{ dbt.listagg(
            "held_batches.source_name || '/' || held_batches.file_name", "', '",
            'order by held_batches.source_name, held_batches.file_name'
        ) }} as held_files
    from lineage
    inner join held_batches
        on
            lineage.as_of_date = held_batches.as_of_date
            and lineage.upstream_table
            = 'raw.' || held_batches.source_name || '__' || held_batches.stream
    group by lineage.as_of_date, lineage.mart_name
),

marts as (
    select
        as_of_date,
        mart_name,
        owner
    from lineage
    where is_own
),

figures as (
    select
        marts.as_of_date,
        marts.mart_name,
        marts.owner,
        checks.row_count,
        checks.first_waiver_ends_date,
        checks.critical_tables,
        checks.stale_tables,
        checks.rejecting_tables,
        held.held_files,
        sources.oldest_stream_days,
        sources.largest_quarantine_share,
        coalesce(checks.rule_count, 0) as rule_count,
        coalesce(checks.evaluated_count, 0) as evaluated_count,
        coalesce(checks.own_critical_count, 0) as own_critical_count,
        coalesce(checks.upstream_critical_count, 0) as upstream_critical_count,
        coalesce(checks.own_warning_count, 0) as own_warning_count,
        coalesce(checks.upstream_warning_count, 0) as upstream_warning_count,
        coalesce(checks.waiver_count, 0) as waiver_count,
        coalesce(checks.critical_waiver_count, 0) as critical_waiver_count,
        coalesce(checks.stale_stream_count, 0) as stale_stream_count,
        coalesce(checks.rejecting_stream_count, 0) as rejecting_stream_count,
        coalesce(held.held_file_count, 0) as held_file_count
    from marts
    left join checks
        on marts.as_of_date = checks.as_of_date and marts.mart_name = checks.mart_name
    left join sources
        on marts.as_of_date = sources.as_of_date and marts.mart_name = sources.mart_name
    left join held
        on marts.as_of_date = held.as_of_date and marts.mart_name = held.mart_name
),

graded as (
    select
        *,
        case
            when own_critical_count + upstream_critical_count > 0 then 'F'
            when coalesce(row_count, 0) = 0 or evaluated_count = 0 then 'E'
            when held_file_count > 0 or critical_waiver_count > 0 then 'D'
            when own_warning_count + stale_stream_count + rejecting_stream_count > 0 then 'C'
            when upstream_warning_count + waiver_count > 0 then 'B'
            else 'A'
        end as grade,
        case
            when own_critical_count > 0
                then
                    'critical rules of the mart broken: ' || own_critical_count || '; '
            else ''
        end
        || case
            when upstream_critical_count > 0
                then
                    'critical rules broken above it: ' || upstream_critical_count || ' ('
                    || critical_tables || '); '
            else ''
        end
        || case
            when row_count is null then 'not checked in this run; '
            when row_count = 0 then 'the mart has no rows; '
            else ''
        end
        || case
            when held_file_count > 0
                then
                    'files set aside, so earlier data stands for them: ' || held_file_count
                    || ' (' || held_files || '); '
            else ''
        end
        || case
            when stale_stream_count > 0
                then
                    'streams above it that are too old: ' || stale_stream_count || ' ('
                    || stale_tables || '); '
            else ''
        end
        || case
            when rejecting_stream_count > 0
                then
                    'streams above it with many rejected rows: ' || rejecting_stream_count
                    || ' (' || rejecting_tables || '); '
            else ''
        end
        || case
            when own_warning_count > 0
                then
                    'warnings on the mart: ' || own_warning_count || '; '
            else ''
        end
        || case
            when upstream_warning_count > 0
                then
                    'warnings above it: ' || upstream_warning_count || '; '
            else ''
        end
        || case
            when waiver_count > 0
                then
                    'rules waived: ' || waiver_count || ', the first until '
                    || cast(first_waiver_ends_date as {{ dbt.type_string() }}) || '; '
            else ''
        end as listed_reasons
    from figures
)

select
    mart_name,
    as_of_date,
    owner,
    grade,
    lag(grade) over (partition by mart_name order by as_of_date) as previous_grade,
    as_of_date = max(as_of_date) over () as is_latest,
    case
        when listed_reasons = '' then 'every rule that was evaluated holds'
        else substring(listed_reasons, 1, length(listed_reasons) - 2)
    end as reasons,
    cast(row_count as bigint) as row_count,
    cast(rule_count as bigint) as rule_count,
    cast(evaluated_count as bigint) as evaluated_count,
    case
        when rule_count > 0 then cast(evaluated_count as double) / rule_count
    end as coverage_share,
    cast(own_critical_count + upstream_critical_count as bigint) as critical_failure_count,
    cast(own_warning_count as bigint) as own_warning_count,
    cast(upstream_warning_count as bigint) as upstream_warning_count,
    cast(held_file_count as bigint) as held_file_count,
    cast(stale_stream_count as bigint) as stale_stream_count,
    cast(oldest_stream_days as double) as oldest_stream_days,
    cast(largest_quarantine_share as double) as largest_quarantine_share,
    cast(waiver_count as bigint) as waiver_count,
    first_waiver_ends_date
from graded
