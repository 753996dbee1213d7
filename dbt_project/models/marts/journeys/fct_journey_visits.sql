{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=["{{ note_lost_rows() }}", "{{ forget_changed_scopes() }}"],
    post_hook=["{{ note_gained_rows() }}", "{{ mark_changes_consumed() }}"],
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_touchpoints as (
    select * from {{ ref('int_journey_touchpoints') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

{% if is_incremental() -%}
changed as (
    {{ changed_scopes() }}
),
{%- endif %}

-- What must be known of each of very many interactions is looked up once, in one small table.
known_touchpoints as (
    select
        touchpoints.touchpoint_id,
        touchpoints.is_routine,
        {{ dbt.listagg("'|' || journey_touchpoints.journey_id || '|'", "''") }} as declared_by
    from touchpoints
    left join journey_touchpoints
        on touchpoints.touchpoint_id = journey_touchpoints.touchpoint_id
    group by touchpoints.touchpoint_id, touchpoints.is_routine
),

interactions as (
    select
        interactions.interaction_id,
        interactions.customer_id,
        interactions.touchpoint_id,
        interactions.channel_id,
        interactions.team,
        interactions.related_id,
        {{ related_key('interactions.related_type', 'interactions.related_id') }} as related_key,
        interactions.occurred_at,
        known_touchpoints.is_routine,
        coalesce(known_touchpoints.declared_by, '') as declared_by
    from {{ ref('fct_interactions') }} as interactions
    left join known_touchpoints on interactions.touchpoint_id = known_touchpoints.touchpoint_id
    where
        not interactions.is_test
    {%- if is_incremental() %}
        and (
            interactions.customer_id in (select scope_key from changed)
            or {{ related_key('interactions.related_type', 'interactions.related_id') }} in (
                select scope_key from changed
            )
        )
        {%- endif %}
),

-- Only interactions that some journey declares are put in order, and only their slim part.
candidates as (
    select
        journey_touchpoints.journey_id,
        journey_touchpoints.abandon_after_days,
        journey_touchpoints.is_repeatable,
        journey_touchpoints.restarts,
        journey_touchpoints.is_start,
        journey_touchpoints.is_end,
        journey_touchpoints.is_exit,
        journey_touchpoints.is_reopen,
        journey_touchpoints.declared_order,
        case journey_touchpoints.instance_scope
            when 'customer' then interactions.customer_id
            when 'related' then interactions.related_key
        end as scope_key,
        interactions.interaction_id,
        interactions.customer_id,
        interactions.touchpoint_id,
        interactions.channel_id,
        interactions.team,
        interactions.related_id,
        interactions.occurred_at
    from interactions
    inner join journey_touchpoints
        on interactions.touchpoint_id = journey_touchpoints.touchpoint_id
),

in_order as (
    select
        *,
        lag(occurred_at) over scope_order as previous_at,
        coalesce(lag(is_end or is_exit) over scope_order, false) as is_after_end,
        row_number() over scope_order as scope_position
    from candidates
    where
        scope_key is not null
    {%- if is_incremental() %}
        and scope_key in (select scope_key from changed)
        {%- endif %}
    window scope_order as (
        partition by journey_id, scope_key
        order by occurred_at, declared_order, interaction_id
    )
),

-- Whatever was open is over after its end, unless it is reopened, and after a silence longer than
-- declared.
stretches as (
    select
        *,
        max(case
            when scope_position = 1 then scope_position
            when occurred_at > {{ add_days('previous_at', 'abandon_after_days') }}
                then scope_position
            when is_after_end and not is_reopen then scope_position
        end) over until_here as stretch_position,
        max(case when is_start then scope_position end) over before_here as previous_start_position,
        max(case when is_after_end and not is_reopen then 1 else 0 end) over until_here
            as is_after_any_end
    from in_order
    window
        until_here as (
            partition by journey_id, scope_key
            order by scope_position
            rows between unbounded preceding and current row
        ),
        before_here as (
            partition by journey_id, scope_key
            order by scope_position
            rows between unbounded preceding and 1 preceding
        )
),

-- An instance opens at a start when none is open, or at every start where the journey says so.
marked as (
    select
        *,
        is_start
        and (is_repeatable or is_after_any_end = 0)
        and (restarts or coalesce(previous_start_position, 0) < stretch_position) as opens
    from stretches
),

opened as (
    select
        journey_id,
        scope_key,
        abandon_after_days,
        is_end,
        is_exit,
        declared_order,
        interaction_id,
        customer_id,
        touchpoint_id,
        channel_id,
        team,
        related_id,
        occurred_at,
        scope_position,
        stretch_position,
        is_repeatable or is_after_any_end = 0 as may_run,
        max(case when opens then scope_position end) over until_here as opened_position,
        {{ last_known('case when opens then interaction_id end', 'until_here') }}
            as start_interaction_id
    from marked
    window until_here as (
        partition by journey_id, scope_key
        order by scope_position
        rows between unbounded preceding and current row
    )
),

declared_visits as (
    select
        'j' || left(md5(journey_id || '|' || start_interaction_id), 16) as journey_instance_id,
        journey_id,
        scope_key,
        abandon_after_days,
        is_end,
        is_exit,
        declared_order,
        true as is_declared,
        interaction_id,
        customer_id,
        touchpoint_id,
        channel_id,
        team,
        related_id,
        occurred_at,
        scope_position,
        opened_position
    from opened
    where opened_position >= stretch_position and may_run
),

-- How long an instance is watched for visits that its journey does not declare: to its end, or to
-- the next one of the same scope, or through the silence in which it is given up.
spans as (
    select
        journey_instance_id,
        journey_id,
        scope_key,
        opened_position,
        min(occurred_at) as started_at,
        max(case when is_end or is_exit then scope_position end) as closing_position,
        max(scope_position) as last_position,
        max(occurred_at) as last_declared_at,
        max({{ add_days('occurred_at', 'abandon_after_days') }}) as silent_until
    from declared_visits
    group by journey_instance_id, journey_id, scope_key, opened_position
),

watched as (
    select
        spans.journey_instance_id,
        spans.journey_id,
        spans.scope_key,
        spans.opened_position,
        journeys.instance_scope,
        spans.started_at,
        case
            when spans.closing_position = spans.last_position then spans.last_declared_at
            else least(
                spans.silent_until,
                lead(spans.started_at) over (
                    partition by spans.journey_id, spans.scope_key
                    order by spans.opened_position
                )
            )
        end as watched_until
    from spans
    inner join journeys on spans.journey_id = journeys.journey_id
    where journeys.observes = 'all'
),

{% for scope, key in [('customer', 'customer_id'), ('related', 'related_key')] -%}
other_visits_by_{{ scope }} as (
    select
        watched.journey_instance_id,
        watched.journey_id,
        watched.scope_key,
        watched.opened_position,
        interactions.interaction_id,
        interactions.customer_id,
        interactions.touchpoint_id,
        interactions.channel_id,
        interactions.team,
        interactions.related_id,
        interactions.occurred_at
    from watched
    inner join interactions
        on
            watched.scope_key = interactions.{{ key }}
            and watched.started_at <= interactions.occurred_at
            and watched.watched_until > interactions.occurred_at
    where
        watched.instance_scope = '{{ scope }}'
        and not interactions.is_routine
        and {{ dbt.position("'|' || watched.journey_id || '|'", 'interactions.declared_by') }} = 0
),

{% endfor -%}
visits as (
    select
        journey_instance_id,
        journey_id,
        scope_key,
        is_end,
        is_exit,
        declared_order,
        is_declared,
        interaction_id,
        customer_id,
        touchpoint_id,
        channel_id,
        team,
        related_id,
        occurred_at,
        opened_position
    from declared_visits
    {%- for scope in ['customer', 'related'] %}

    union all

    select
        journey_instance_id,
        journey_id,
        scope_key,
        false as is_end,
        false as is_exit,
        1000 as declared_order,
        false as is_declared,
        interaction_id,
        customer_id,
        touchpoint_id,
        channel_id,
        team,
        related_id,
        occurred_at,
        opened_position
    from other_visits_by_{{ scope }}
    {%- endfor %}
),

numbered as (
    select
        *,
        row_number() over instance_order as visit_number,
        lag(touchpoint_id) over instance_order as previous_touchpoint_id,
        lag(channel_id) over instance_order as previous_channel_id,
        lag(team) over instance_order as previous_team,
        lag(occurred_at) over instance_order as previous_at,
        lead(interaction_id) over instance_order is null as is_last,
        first_value(customer_id) over instance_order as opening_customer_id,
        first_value(occurred_at) over instance_order as opened_at
    from visits
    window instance_order as (
        partition by journey_instance_id
        order by occurred_at, declared_order, interaction_id
    )
),

-- Immediate repeats are one place of the path.
placed as (
    select
        *,
        coalesce(previous_touchpoint_id = touchpoint_id, false) as is_repeat,
        sum(
            case when previous_touchpoint_id = touchpoint_id then 0 else 1 end
        ) over (
            partition by journey_instance_id
            order by visit_number
            rows between unbounded preceding and current row
        ) as path_position,
        min(visit_number) over (
            partition by journey_instance_id, touchpoint_id
        ) as first_visit_number
    from numbered
)

select
    placed.journey_instance_id,
    placed.journey_id,
    placed.scope_key,
    cast(placed.opened_position as bigint) as opened_position,
    cast(placed.visit_number as bigint) as visit_number,
    cast(placed.path_position as bigint) as path_position,
    placed.is_repeat,
    not placed.is_repeat and placed.first_visit_number < placed.visit_number as is_return,
    placed.customer_id,
    placed.related_id,
    placed.interaction_id,
    placed.touchpoint_id,
    placed.channel_id,
    placed.team,
    placed.occurred_at,
    placed.is_declared,
    placed.is_end,
    placed.is_exit,
    placed.is_last,
    placed.previous_touchpoint_id,
    coalesce(placed.previous_channel_id <> placed.channel_id, false) as is_channel_switch,
    coalesce(placed.previous_team <> placed.team, false) as is_hand_off,
    cast({{ seconds_between('placed.previous_at', 'placed.occurred_at') }} as double)
        as seconds_from_previous,
    coalesce(customers.segment, 'unknown') as segment,
    cast({{ dbt.date_trunc('month', 'placed.opened_at') }} as date) as start_month
from placed
left join customers on placed.opening_customer_id = customers.customer_id
