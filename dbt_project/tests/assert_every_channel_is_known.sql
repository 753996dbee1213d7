{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_interactions'}}}) }}

-- Channels that the seed channels does not know. The rows stay; map the channel in the source's
-- staging folder or add a row to the seed.

with

stated as (
    select
        'interactions' as stream_name,
        source_name,
        channel_id
    from {{ ref('fct_interactions') }}
    union all
    select
        'feedback' as stream_name,
        source_name,
        channel_id
    from {{ ref('fct_feedback') }}
    union all
    select
        'survey_answers' as stream_name,
        source_name,
        channel_id
    from {{ ref('fct_survey_answers') }}
    union all
    select
        'survey_invitations' as stream_name,
        source_name,
        channel_id
    from {{ ref('fct_survey_invitations') }}
    union all
    select
        'offers' as stream_name,
        source_name,
        channel_id
    from {{ ref('fct_offers') }}
)

select
    stated.stream_name,
    stated.source_name,
    stated.channel_id,
    count(*) as row_count
from stated
left join {{ ref('channels') }} as channels on stated.channel_id = channels.channel_id
where
    stated.channel_id is not null
    and channels.channel_id is null
group by stated.stream_name, stated.source_name, stated.channel_id
