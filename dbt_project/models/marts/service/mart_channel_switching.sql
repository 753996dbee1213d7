with

contacts as (
    select * from {{ ref('int_service_contacts') }}
),

service as (
    select * from {{ ref('fct_ticket_service') }}
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
),

identification_touchpoints as (
    select * from {{ ref('contact_touchpoints') }}
    where role = 'identification'
),

-- A ticket belongs to the chain of the contact that opened it.
ticket_contacts as (
    select
        ticket_id,
        chain_id,
        row_number() over (partition by ticket_id order by occurred_at, contact_id) as contact
    from contacts
    where ticket_id is not null
),

ticket_chains as (
    select
        ticket_id,
        chain_id
    from ticket_contacts
    where contact = 1
),

channel_moments as (
    select
        chain_id,
        channel_id,
        occurred_at,
        contact_id as moment_id
    from contacts
    where channel_id is not null

    union all

    select
        ticket_chains.chain_id,
        ticket_events.message_channel_id as channel_id,
        ticket_events.occurred_at,
        ticket_events.ticket_event_id as moment_id
    from ticket_events
    inner join ticket_chains on ticket_events.ticket_id = ticket_chains.ticket_id
    where
        ticket_events.event_type = 'customer_replied'
        and ticket_events.message_channel_id is not null
),

channel_steps as (
    select
        chain_id,
        'channel' as change_kind,
        lag(channel_id) over (partition by chain_id order by occurred_at, moment_id)
            as from_value,
        channel_id as to_value
    from channel_moments
),

team_moments as (
    select
        ticket_events.ticket_id,
        ticket_events.ticket_event_id,
        ticket_events.occurred_at,
        ticket_events.event_type,
        ticket_events.team,
        -- What the new team does at the same moment comes after the hand-off.
        case
            when ticket_events.event_type = 'opened' then 1
            when ticket_events.event_type = 'transferred' then 2
            else 3
        end as step
    from ticket_events
    where ticket_events.team is not null or ticket_events.event_type = 'transferred'
),

team_steps as (
    select
        ticket_id,
        event_type,
        lag(team) over (partition by ticket_id order by occurred_at, step, ticket_event_id)
            as from_value,
        team as to_value
    from team_moments
),

identification_moments as (
    select
        ticket_chains.chain_id,
        ticket_events.occurred_at,
        ticket_events.ticket_event_id as moment_id,
        ticket_events.message_channel_id as channel_id
    from ticket_events
    inner join ticket_chains on ticket_events.ticket_id = ticket_chains.ticket_id
    where ticket_events.event_type = 'identified'

    union all

    select
        ticket_chains.chain_id,
        interactions.occurred_at,
        interactions.interaction_id as moment_id,
        interactions.channel_id
    from interactions
    inner join identification_touchpoints
        on interactions.touchpoint_id = identification_touchpoints.touchpoint_id
    inner join ticket_chains on interactions.related_id = ticket_chains.ticket_id
),

identification_steps as (
    select
        chain_id,
        row_number() over (partition by chain_id order by occurred_at, moment_id) as asked,
        lag(coalesce(channel_id, 'unknown')) over (
            partition by chain_id order by occurred_at, moment_id
        ) as from_value,
        coalesce(channel_id, 'unknown') as to_value
    from identification_moments
),

changes as (
    select
        chain_id,
        change_kind,
        from_value,
        to_value
    from channel_steps
    where from_value <> to_value

    union all

    select
        ticket_chains.chain_id,
        'team' as change_kind,
        coalesce(team_steps.from_value, 'unknown') as from_value,
        coalesce(team_steps.to_value, 'unknown') as to_value
    from team_steps
    inner join ticket_chains on team_steps.ticket_id = ticket_chains.ticket_id
    where team_steps.event_type = 'transferred'

    union all

    select
        chain_id,
        'identification' as change_kind,
        from_value,
        to_value
    from identification_steps
    where asked > 1
),

chain_contacts as (
    select
        chain_id,
        min(segment) as segment,
        min(occurred_at) as started_at,
        count(*) as contacts
    from contacts
    group by chain_id
),

chain_tickets as (
    select
        ticket_chains.chain_id,
        max(service.solved_at) as solved_at,
        min(case when service.is_solved then 1 else 0 end) = 1 as is_solved,
        min(case when service.is_satisfied then 1 when not service.is_satisfied then 0 end)
            as worst_verdict
    from ticket_chains
    inner join service on ticket_chains.ticket_id = service.ticket_id
    group by ticket_chains.chain_id
),

-- Where a customer rated two tickets of one matter differently, the worse one stays in mind.
chains as (
    select
        chain_contacts.chain_id,
        chain_contacts.segment,
        case
            when chain_tickets.is_solved and chain_tickets.solved_at >= chain_contacts.started_at
                then {{ seconds_between(
                    'chain_contacts.started_at', 'chain_tickets.solved_at'
                ) }} / 3600.0e0
        end as resolution_hours,
        chain_tickets.worst_verdict as verdict
    from chain_contacts
    left join chain_tickets on chain_contacts.chain_id = chain_tickets.chain_id
),

changed as (
    select
        chain_id,
        change_kind,
        from_value,
        to_value,
        count(*) as changes
    from changes
    group by chain_id, change_kind, from_value, to_value

    union all

    select
        chain_id,
        change_kind,
        'any' as from_value,
        'any' as to_value,
        count(*) as changes
    from changes
    group by chain_id, change_kind
),

kinds as (
    select 'channel' as change_kind
    union all
    select 'team' as change_kind
    union all
    select 'identification' as change_kind
),

-- Chains of each segment, each beside whether it saw any change of the kind.
marked as (
    {%- for segment in ['chains.segment', "'all'"] %}
    {% if not loop.first %}union all{% endif %}
    select
        {{ segment }} as segment,
        kinds.change_kind,
        chains.chain_id,
        chains.resolution_hours,
        chains.verdict,
        any_change.chain_id is not null as is_changed
    from chains
    cross join kinds
    left join changed as any_change
        on
            chains.chain_id = any_change.chain_id
            and kinds.change_kind = any_change.change_kind
            and any_change.from_value = 'any'
    {%- endfor %}
),

bases as (
    select
        segment,
        change_kind,
        count(*) as all_chains,
        count(case when not is_changed then verdict end) as unchanged_rated,
        sum(case when not is_changed then verdict else 0 end) as unchanged_satisfied,
        percentile_cont(0.5) within group (
            order by case when not is_changed then resolution_hours end
        ) as unchanged_hours_p50
    from marked
    group by segment, change_kind
),

figures as (
    select
        marked.segment,
        marked.change_kind,
        changed.from_value,
        changed.to_value,
        sum(changed.changes) as changes,
        count(*) as chains,
        count(marked.verdict) as rated,
        coalesce(sum(marked.verdict), 0) as satisfied,
        percentile_cont(0.5) within group (order by marked.resolution_hours) as hours_p50
    from marked
    inner join changed
        on
            marked.chain_id = changed.chain_id
            and marked.change_kind = changed.change_kind
    group by marked.segment, marked.change_kind, changed.from_value, changed.to_value
),

tested as (
    select
        figures.*,
        bases.all_chains,
        bases.unchanged_rated,
        bases.unchanged_satisfied,
        bases.unchanged_hours_p50,
        case
            when
                figures.rated >= {{ var('minimum_sample_size') }}
                and bases.unchanged_rated >= {{ var('minimum_sample_size') }}
                then {{ two_proportion_z(
                    'figures.satisfied', 'figures.rated',
                    'bases.unchanged_satisfied', 'bases.unchanged_rated'
                ) }}
        end as satisfaction_z
    from figures
    inner join bases
        on
            figures.segment = bases.segment
            and figures.change_kind = bases.change_kind
),

p_values as (
    select
        *,
        {{ two_sided_p_value('satisfaction_z') }} as p_value
    from tested
),

-- Among many pairs of channels some differ by chance.
adjusted as (
    {{ with_adjusted_p_values(
        'p_values', partition_by=[], order_by=['segment', 'change_kind', 'from_value', 'to_value']
    ) }}
)

select
    segment,
    change_kind,
    from_value,
    to_value,
    cast(changes as bigint) as changes,
    chains,
    all_chains,
    chains * 1.0e0 / all_chains as share_of_chains,
    {{ wilson_lower('chains', 'all_chains') }} as share_lower,
    {{ wilson_upper('chains', 'all_chains') }} as share_upper,
    all_chains < {{ var('minimum_sample_size') }} as is_too_few,
    rated,
    satisfied * 1.0e0 / nullif(rated, 0) as satisfied_share,
    unchanged_rated,
    unchanged_satisfied * 1.0e0 / nullif(unchanged_rated, 0) as unchanged_satisfied_share,
    satisfied * 1.0e0 / nullif(rated, 0)
    - unchanged_satisfied * 1.0e0 / nullif(unchanged_rated, 0) as satisfaction_effect,
    cast(adjusted_p_value as double) as satisfaction_adjusted_p_value,
    adjusted_p_value <= {{ var('significance_level') }} as is_satisfaction_different,
    hours_p50,
    unchanged_hours_p50
from adjusted
