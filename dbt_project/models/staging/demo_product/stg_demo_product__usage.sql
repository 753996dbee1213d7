{{ config(enabled=is_source_enabled('demo_product')) }}

with events as (
    select
        user_id,
        -- What the vendor calls events, we call features.
        case event_name
            when 'dashboard_viewed' then 'dashboard'
            when 'report_built' then 'report_build'
            when 'first_report_published' then 'report_build'
            when 'export_downloaded' then 'export'
            when 'integration_synced' then 'integration'
            when 'import_completed' then 'import'
            when 'import_failed' then 'import'
            when 'teammate_invited' then 'team'
            when 'workspace_first_login' then 'admin'
            when 'cancellation_requested' then 'admin'
            else 'other'
        end as feature,
        cast(occurred_at as date) as usage_date,
        actions,
        active_seconds,
        errors
    from {{ source('demo_product', 'events') }}
)

select
    'demo_product' as source_name,
    user_id || ':' || feature || ':' || cast(usage_date as varchar) as usage_id,
    'product_user_id' as customer_key_type,
    user_id as customer_key,
    user_id,
    feature,
    usage_date,
    cast(sum(actions) as bigint) as event_count,
    sum(active_seconds) as active_seconds,
    cast(sum(errors) as bigint) as error_count
from events
group by user_id, feature, usage_date
