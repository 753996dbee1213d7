{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=["{{ note_lost_rows() }}", "{{ forget_changed_scopes() }}"],
    post_hook=["{{ note_gained_rows() }}", "{{ mark_changes_consumed() }}"],
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}
-- depends_on: {{ ref('int_journey_interactions') }}
{#- What changed is few and kept; of everything each step reads only the columns that it needs. -#}
{%- set interactions = 'interactions' if is_incremental() else ref('int_journey_interactions') %}
{%- set keys = {'customer': 'customer_id', 'related': 'related_key'} %}

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

-- Very many interactions are put in order, again and again: what is carried along is numbers, and
-- what they stand for is looked up at the end.
known_touchpoints as (
    select
        touchpoint_id,
        is_routine,
        row_number() over (order by touchpoint_id) as touchpoint_number
    from touchpoints
),

{% if is_incremental() -%}
interactions as (
    select *
    from {{ ref('int_journey_interactions') }}
    where
        customer_id in (select scope_key from changed)
        or related_key in (select scope_key from changed)
),

{% endif -%}
-- Where nothing starts there is no instance, whatever else may happen.
started as (
    {%- for scope, key in keys.items() %}
    {%- if not loop.first %}

    union all
    {% endif %}
    select distinct
        journey_touchpoints.journey_id,
        interactions.{{ key }} as scope_key
    from {{ interactions }} as interactions
    inner join journey_touchpoints
        on interactions.touchpoint_id = journey_touchpoints.touchpoint_id
    where
        journey_touchpoints.is_start
        and journey_touchpoints.instance_scope = '{{ scope }}'
    {%- endfor %}
),

scopes as (
    select
        journey_id,
        scope_key,
        row_number() over (order by journey_id, scope_key) as scope_number
    from started
    where
        scope_key is not null
    {%- if is_incremental() %}
        and scope_key in (select scope_key from changed)
        {%- endif %}
),

-- Only interactions that some journey declares are put in order, and only their slim part.
candidates as (
    {%- for scope, key in keys.items() %}
    {%- if not loop.first %}

    union all
    {% endif %}
    select
        scopes.scope_number,
        journey_touchpoints.abandon_after_days,
        journey_touchpoints.is_repeatable,
        journey_touchpoints.restarts,
        journey_touchpoints.is_start,
        journey_touchpoints.is_end,
        journey_touchpoints.is_exit,
        journey_touchpoints.is_reopen,
        journey_touchpoints.declared_order,
        interactions.locator,
        interactions.interaction_id,
        interactions.occurred_at
    from {{ interactions }} as interactions
    inner join scopes on interactions.{{ key }} = scopes.scope_key
    inner join journey_touchpoints
        on
            scopes.journey_id = journey_touchpoints.journey_id
            and interactions.touchpoint_id = journey_touchpoints.touchpoint_id
            and journey_touchpoints.instance_scope = '{{ scope }}'
    {%- endfor %}
),

in_order as (
    select
        scope_number,
        abandon_after_days,
        is_repeatable,
        restarts,
        is_start,
        is_end,
        is_exit,
        is_reopen,
        declared_order,
        locator,
        occurred_at,
        lag(occurred_at) over scope_order as previous_at,
        coalesce(lag(is_end or is_exit) over scope_order, false) as is_after_end,
        row_number() over scope_order as scope_position
    from candidates
    window scope_order as (
        partition by scope_number
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
            partition by scope_number
            order by scope_position
            rows between unbounded preceding and current row
        ),
        before_here as (
            partition by scope_number
            order by scope_position
            rows between unbounded preceding and 1 preceding
        )
),

-- An instance opens at a start when none is open, or at every start where the journey says so.
marked as (
    select
        scope_number,
        scope_position,
        stretch_position,
        abandon_after_days,
        is_end,
        is_exit,
        declared_order,
        locator,
        occurred_at,
        is_repeatable or is_after_any_end = 0 as may_run,
        is_start
        and (is_repeatable or is_after_any_end = 0)
        and (restarts or coalesce(previous_start_position, 0) < stretch_position) as opens
    from stretches
),

opened as (
    select
        *,
        max(case when opens then scope_position end) over (
            partition by scope_number
            order by scope_position
            rows between unbounded preceding and current row
        ) as opened_position
    from marked
),

declared_visits as (
    select *
    from opened
    where opened_position >= stretch_position and may_run
),

spans as (
    select
        scope_number,
        opened_position,
        max(case when scope_position = opened_position then locator end) as start_locator,
        min(occurred_at) as started_at,
        max(case when is_end or is_exit then scope_position end) as closing_position,
        max(scope_position) as last_position,
        max(occurred_at) as last_declared_at,
        max({{ add_days('occurred_at', 'abandon_after_days') }}) as silent_until
    from declared_visits
    group by scope_number, opened_position
),

-- How long an instance is watched for visits that its journey does not declare: to its end, or to
-- the next one of the same scope, or through the silence in which it is given up.
instances as (
    select
        scope_number,
        opened_position,
        row_number() over (order by scope_number, opened_position) as instance_number,
        start_locator,
        started_at,
        case
            when closing_position = last_position then last_declared_at
            else least(
                silent_until,
                lead(started_at) over (partition by scope_number order by opened_position)
            )
        end as watched_until
    from spans
),

named_instances as (
    select
        instances.instance_number,
        instances.opened_position,
        instances.started_at,
        instances.watched_until,
        scopes.journey_id,
        scopes.scope_key,
        'j' || left(md5(scopes.journey_id || '|' || interactions.interaction_id), 16)
            as journey_instance_id,
        coalesce(customers.segment, 'unknown') as segment,
        cast({{ dbt.date_trunc('month', 'instances.started_at') }} as date) as start_month
    from instances
    inner join scopes on instances.scope_number = scopes.scope_number
    inner join {{ interactions }} as interactions on instances.start_locator = interactions.locator
    left join customers on interactions.customer_id = customers.customer_id
),

{% for scope, key in keys.items() -%}
other_visits_by_{{ scope }} as (
    select
        watched.instance_number,
        interactions.locator
    from named_instances as watched
    inner join journeys
        on
            watched.journey_id = journeys.journey_id
            and journeys.observes = 'all'
            and journeys.instance_scope = '{{ scope }}'
    inner join {{ interactions }} as interactions
        on
            watched.scope_key = interactions.{{ key }}
            and watched.started_at <= interactions.occurred_at
            and watched.watched_until > interactions.occurred_at
    left join known_touchpoints
        on interactions.touchpoint_id = known_touchpoints.touchpoint_id
    left join journey_touchpoints
        on
            watched.journey_id = journey_touchpoints.journey_id
            and interactions.touchpoint_id = journey_touchpoints.touchpoint_id
    where
        not coalesce(known_touchpoints.is_routine, false)
        and journey_touchpoints.touchpoint_id is null
),

{% endfor -%}
visits as (
    select
        instances.instance_number,
        declared_visits.locator,
        declared_visits.declared_order,
        declared_visits.is_end,
        declared_visits.is_exit,
        true as is_declared
    from declared_visits
    inner join instances
        on
            declared_visits.scope_number = instances.scope_number
            and declared_visits.opened_position = instances.opened_position
    {%- for scope in keys %}

    union all

    select
        instance_number,
        locator,
        1000 as declared_order,
        false as is_end,
        false as is_exit,
        false as is_declared
    from other_visits_by_{{ scope }}
    {%- endfor %}
),

numbered as (
    select
        visits.instance_number,
        visits.locator,
        visits.is_end,
        visits.is_exit,
        visits.is_declared,
        known_touchpoints.touchpoint_number,
        row_number() over instance_order as visit_number,
        lag(known_touchpoints.touchpoint_number) over instance_order as previous_touchpoint_number,
        coalesce(
            lag(known_touchpoints.touchpoint_number) over instance_order
            = known_touchpoints.touchpoint_number,
            false
        ) as is_repeat,
        coalesce(
            lag(interactions.channel_id) over instance_order <> interactions.channel_id, false
        ) as is_channel_switch,
        coalesce(lag(interactions.team) over instance_order <> interactions.team, false)
            as is_hand_off,
        {{ seconds_between(
            'lag(interactions.occurred_at) over instance_order', 'interactions.occurred_at'
        ) }} as seconds_from_previous,
        lead(visits.is_declared) over instance_order is null as is_last
    from visits
    inner join {{ interactions }} as interactions on visits.locator = interactions.locator
    left join known_touchpoints
        on interactions.touchpoint_id = known_touchpoints.touchpoint_id
    window instance_order as (
        partition by visits.instance_number
        order by interactions.occurred_at, visits.declared_order, interactions.interaction_id
    )
),

-- Immediate repeats are one place of the path.
placed as (
    select
        *,
        sum(case when is_repeat then 0 else 1 end) over (
            partition by instance_number
            order by visit_number
            rows between unbounded preceding and current row
        ) as path_position
    from numbered
),

returned as (
    select
        *,
        not is_repeat and min(visit_number) over (
            partition by instance_number, touchpoint_number
        ) < visit_number as is_return
    from placed
)

select
    named_instances.journey_instance_id,
    named_instances.journey_id,
    named_instances.scope_key,
    cast(named_instances.opened_position as bigint) as opened_position,
    cast(returned.visit_number as bigint) as visit_number,
    cast(returned.path_position as bigint) as path_position,
    returned.is_repeat,
    returned.is_return,
    interactions.customer_id,
    interactions.related_id,
    interactions.interaction_id,
    interactions.touchpoint_id,
    interactions.channel_id,
    interactions.team,
    interactions.occurred_at,
    returned.is_declared,
    returned.is_end,
    returned.is_exit,
    returned.is_last,
    previous_touchpoints.touchpoint_id as previous_touchpoint_id,
    returned.is_channel_switch,
    returned.is_hand_off,
    cast(returned.seconds_from_previous as double) as seconds_from_previous,
    named_instances.segment,
    named_instances.start_month
from returned
inner join {{ interactions }} as interactions on returned.locator = interactions.locator
inner join named_instances on returned.instance_number = named_instances.instance_number
left join known_touchpoints as previous_touchpoints
    on returned.previous_touchpoint_number = previous_touchpoints.touchpoint_number
