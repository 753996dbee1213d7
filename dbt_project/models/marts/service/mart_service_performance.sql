{%- set dimensions = ['all', 'team', 'agent', 'channel', 'priority', 'reason', 'segment'] -%}
{%- set columns = {
    'all': "'all'", 'team': 'team', 'agent': 'agent_id', 'channel': 'channel_id',
    'priority': 'priority', 'reason': 'reason', 'segment': 'segment',
} -%}
{%- set aspects = ['knowledge', 'speed', 'proactivity'] -%}
{%- set promises = ['first_reply', 'resolution'] -%}
{%- set times = ['first_reply', 'first_reply_business', 'resolution', 'resolution_business'] -%}

with

service as (
    select * from {{ ref('fct_ticket_service') }}
),

promises as (
    select
        ticket_id,
        max(
            case when metric = 'first_reply' and status in ('met', 'breached') then 1 else 0 end
        ) as first_reply_decided,
        max(
            case when metric = 'first_reply' and status = 'met' then 1 else 0 end
        ) as first_reply_met,
        max(
            case when metric = 'resolution' and status in ('met', 'breached') then 1 else 0 end
        ) as resolution_decided,
        max(
            case when metric = 'resolution' and status = 'met' then 1 else 0 end
        ) as resolution_met
    from {{ ref('fct_ticket_sla') }}
    where is_decisive and metric in ('first_reply', 'resolution')
    group by ticket_id
),

remarks as (
    select * from {{ ref('int_service_remarks') }}
    where sentiment in ('positive', 'negative')
),

measured as (
    select
        service.*,
        cast({{ dbt.date_trunc('month', 'service.opened_at') }} as date) as month_start,
        promises.first_reply_decided,
        promises.first_reply_met,
        promises.resolution_decided,
        promises.resolution_met
    from service
    left join promises on service.ticket_id = promises.ticket_id
),

valued as (
    {%- for dimension in dimensions %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ dimension }}' as dimension,
        coalesce({{ columns[dimension] }}, 'unknown') as dimension_value,
        month_start,
        is_solved,
        first_reply_hours,
        first_reply_business_hours,
        resolution_hours,
        resolution_business_hours,
        touch_class,
        reopen_count,
        handoff_count,
        is_satisfied,
        first_reply_decided,
        first_reply_met,
        resolution_decided,
        resolution_met
    from measured
    {%- endfor %}
),

bounds as (
    select min(month_start) as month_start
    from measured
),

ticket_figures as (
    {%- for grain in ['month', 'all'] %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ grain }}' as period_grain,
        {{ 'valued.month_start' if grain == 'month' else 'min(bounds.month_start)' }}
            as period_start,
        valued.dimension,
        valued.dimension_value,
        count(*) as tickets,
        count(case when valued.is_solved then 1 end) as solved,
        {%- for time in times %}
        count(valued.{{ time }}_hours) as {{ time }}_n,
        percentile_cont(0.5) within group (order by valued.{{ time }}_hours)
            as {{ time }}_hours_p50,
        percentile_cont(0.9) within group (order by valued.{{ time }}_hours)
            as {{ time }}_hours_p90,
        {%- endfor %}
        count(valued.touch_class) as touch_n,
        count(case when valued.touch_class = 'one_touch' then 1 end) as one_touch,
        count(case when valued.is_solved then valued.reopen_count end) as reopen_n,
        count(case when valued.is_solved and valued.reopen_count > 0 then 1 end) as reopened,
        count(valued.handoff_count) as handoff_n,
        count(case when valued.handoff_count > 0 then 1 end) as handed_off,
        {%- for metric in promises %}
        coalesce(sum(valued.{{ metric }}_decided), 0) as {{ metric }}_sla_n,
        coalesce(sum(valued.{{ metric }}_met), 0) as {{ metric }}_sla_met,
        {%- endfor %}
        count(case when valued.is_solved then valued.is_satisfied end) as csat_n,
        count(case when valued.is_solved and valued.is_satisfied then 1 end) as satisfied
    from valued
    cross join bounds
    group by
        {{ 'valued.month_start,' if grain == 'month' }}
        valued.dimension,
        valued.dimension_value
    {%- endfor %}
),

placed_remarks as (
    select
        remarks.aspect,
        remarks.sentiment,
        remarks.segment,
        cast({{ dbt.date_trunc('month', 'remarks.occurred_at') }} as date) as month_start,
        service.team,
        service.agent_id,
        service.channel_id,
        service.priority,
        service.reason,
        service.ticket_id
    from remarks
    left join service on remarks.ticket_id = service.ticket_id
),

-- Only answers to a survey can be laid to a ticket, and so to a team or an agent; all and segments
-- count every remark.
valued_remarks as (
    {%- for dimension in dimensions %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ dimension }}' as dimension,
        coalesce({{ columns[dimension] }}, 'unknown') as dimension_value,
        month_start,
        aspect,
        sentiment
    from placed_remarks
    {%- if dimension not in ('all', 'segment') %}
    where ticket_id is not null
    {%- endif %}
    {%- endfor %}
),

remark_figures as (
    {%- for grain in ['month', 'all'] %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ grain }}' as period_grain,
        {{ 'valued_remarks.month_start' if grain == 'month' else 'min(bounds.month_start)' }}
            as period_start,
        valued_remarks.dimension,
        valued_remarks.dimension_value,
        {%- for aspect in aspects %}
        count(case when valued_remarks.aspect = '{{ aspect }}' then 1 end) as {{ aspect }}_n,
        count(
            case
                when
                    valued_remarks.aspect = '{{ aspect }}'
                    and valued_remarks.sentiment = 'positive'
                    then 1
            end
        ) as {{ aspect }}_positive,
        {%- endfor %}
        count(*) as remark_count
    from valued_remarks
    cross join bounds
    group by
        {{ 'valued_remarks.month_start,' if grain == 'month' }}
        valued_remarks.dimension,
        valued_remarks.dimension_value
    {%- endfor %}
),

together as (
    select
        ticket_figures.*,
        {%- for aspect in aspects %}
        coalesce(remark_figures.{{ aspect }}_n, 0) as {{ aspect }}_n,
        coalesce(remark_figures.{{ aspect }}_positive, 0) as {{ aspect }}_positive,
        {%- endfor %}
        ticket_figures.tickets < {{ var('minimum_sample_size') }} as is_too_few
    from ticket_figures
    left join remark_figures
        on
            ticket_figures.period_grain = remark_figures.period_grain
            and ticket_figures.period_start = remark_figures.period_start
            and ticket_figures.dimension = remark_figures.dimension
            and ticket_figures.dimension_value = remark_figures.dimension_value
)

select
    period_grain,
    period_start,
    dimension,
    dimension_value,
    tickets,
    solved,
    {%- for time in times %}
    {{ time }}_n,
    {{ time }}_hours_p50,
    {{ time }}_hours_p90,
    {%- endfor %}
    {%- for share, part, whole in [
        ('one_touch_share', 'one_touch', 'touch_n'),
        ('reopen_rate', 'reopened', 'reopen_n'),
        ('handoff_rate', 'handed_off', 'handoff_n'),
        ('first_reply_sla_share', 'first_reply_sla_met', 'first_reply_sla_n'),
        ('resolution_sla_share', 'resolution_sla_met', 'resolution_sla_n'),
        ('csat', 'satisfied', 'csat_n'),
    ] %}
    cast({{ whole }} as bigint) as {{ whole }},
    {{ part }} * 1.0e0 / nullif({{ whole }}, 0) as {{ share }},
    {{ wilson_lower(part, whole) }} as {{ share }}_lower,
    {{ wilson_upper(part, whole) }} as {{ share }}_upper,
    {%- endfor %}
    {%- for aspect in aspects %}
    {{ aspect }}_n,
    case
        when {{ aspect }}_n >= {{ var('minimum_sample_size') }}
            then {{ aspect }}_positive * 1.0e0 / {{ aspect }}_n
    end as {{ aspect }}_positive_share,
    case
        when {{ aspect }}_n >= {{ var('minimum_sample_size') }}
            then {{ wilson_lower(aspect ~ '_positive', aspect ~ '_n') }}
    end as {{ aspect }}_positive_share_lower,
    case
        when {{ aspect }}_n >= {{ var('minimum_sample_size') }}
            then {{ wilson_upper(aspect ~ '_positive', aspect ~ '_n') }}
    end as {{ aspect }}_positive_share_upper,
    {%- endfor %}
    is_too_few
from together
