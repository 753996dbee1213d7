{#- What only some kinds of entry have; the others have null. -#}
{%- set shape = {
    'touchpoint_id': 'varchar', 'event_name': 'varchar', 'outcome': 'varchar', 'ticket_id': 'varchar', 'order_id': 'varchar',
    'subscription_change_id': 'varchar', 'headline': 'varchar', 'detail': 'varchar',
    'score': 'double', 'score_metric': 'varchar', 'sentiment': 'varchar',
} -%}
{%- set branches = {
    'daily_contacts': ['touchpoint_id', 'event_name', 'outcome'],
    'related_contacts': [
        'touchpoint_id', 'event_name', 'outcome', 'ticket_id', 'order_id',
        'subscription_change_id',
    ],
    'responses': ['touchpoint_id', 'headline', 'detail', 'score', 'score_metric'],
    'comments': ['touchpoint_id', 'headline', 'detail', 'sentiment'],
    'cases': ['headline', 'detail'],
} -%}

with

-- Somebody may be known by an address and hold no account: no customer, so no timeline.
customers as (
    select customer_id from {{ ref('dim_customers') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
    where
        customer_id in (select customers.customer_id from customers)
        and event_name <> 'survey_completed'
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where
        customer_id in (select customers.customer_id from customers)
        and score is not null
),

feedback as (
    select * from {{ ref('fct_feedback') }}
    where customer_id in (select customers.customer_id from customers)
),

signals as (
    select * from {{ ref('fct_comment_signals') }}
),

case_queue as (
    select * from {{ ref('mart_case_queue') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

subscription_changes as (
    select * from {{ ref('fct_subscription_changes') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoints') }}
),

phrases as (
    select * from {{ ref('touchpoint_phrases') }}
),

-- Unrelated contacts of one kind on one day are one entry with their number: a day's clicks in the
-- product say one thing, and ten million of them would bury the rest.
daily_contacts as (
    select
        customer_id,
        min(occurred_at) as occurred_at,
        max(occurred_at) as last_occurred_at,
        'interaction' as kind,
        touchpoint_id,
        case when touchpoint_id = 'unmapped' then event_name end as event_name,
        channel_id,
        source_name,
        outcome,
        count(*) as contact_count,
        min(interaction_id) as entry_id
    from interactions
    where coalesce(related_type, '') not in ('ticket', 'order', 'subscription')
    group by
        customer_id,
        cast(occurred_at as date),
        touchpoint_id,
        case when touchpoint_id = 'unmapped' then event_name end,
        channel_id,
        source_name,
        outcome
),

-- What a contact is about as a column of its own: an outer join with a condition on one side only
-- would compare every pair.
related_contacts as (
    select
        customer_id,
        occurred_at,
        occurred_at as last_occurred_at,
        related_type as kind,
        touchpoint_id,
        event_name,
        channel_id,
        source_name,
        outcome,
        1 as contact_count,
        interaction_id as entry_id,
        case when related_type = 'ticket' then related_id end as ticket_id,
        case when related_type = 'order' then related_id end as order_id,
        case
            when related_type = 'subscription' then {{ dbt.split_part('interaction_id', "'#'", 1) }}
        end as subscription_change_id
    from interactions
    where related_type in ('ticket', 'order', 'subscription')
),

-- Of a response with several scores the one that says most about the relationship is its feeling.
ranked_answers as (
    select
        *,
        row_number() over (
            partition by customer_id, source_name, survey_id, response_id
            order by
                case metric when 'NPS' then 1 when 'OSAT' then 2 when 'CSAT' then 3 else 4 end,
                metric,
                answer_id
        ) as answer_number
    from answers
),

responses as (
    select
        customer_id,
        max(answered_at) as occurred_at,
        max(answered_at) as last_occurred_at,
        'survey' as kind,
        min(touchpoint_id) as touchpoint_id,
        min(channel_id) as channel_id,
        1 as contact_count,
        source_name,
        min(answer_id) as entry_id,
        concat('Answered ', replace(survey_id, '_', ' ')) as headline,
        string_agg(
            concat(metric, ' ', cast(cast(score as decimal(18, 0)) as varchar)), ' · '
            order by metric, answer_id
        ) as detail,
        max(case when answer_number = 1 then score end) as score,
        max(case when answer_number = 1 then metric end) as score_metric
    from ranked_answers
    group by customer_id, source_name, survey_id, response_id
),

comments as (
    select
        feedback.customer_id,
        feedback.occurred_at,
        feedback.occurred_at as last_occurred_at,
        'comment' as kind,
        feedback.touchpoint_id,
        feedback.channel_id,
        1 as contact_count,
        feedback.source_name,
        feedback.feedback_id as entry_id,
        concat(
            'Comment, ',
            feedback.feedback_kind,
            case when feedback.is_solicited then ', asked for' else '' end
        ) as headline,
        feedback.comment_redacted as detail,
        case when signals.is_scored then signals.sentiment end as sentiment
    from feedback
    left join signals on feedback.feedback_id = signals.feedback_id
),

cases as (
    select
        case_queue.customer_id,
        case_queue.opened_at as occurred_at,
        case_queue.opened_at as last_occurred_at,
        'case' as kind,
        cast(null as varchar) as channel_id,
        1 as contact_count,
        'throughline' as source_name,
        case_queue.case_id as entry_id,
        concat('Open case: ', case_queue.rule_name) as headline,
        concat_ws(
            ' · ',
            'priority ' || case_queue.priority,
            case_queue.team,
            case_queue.recommended_action
        ) as detail
    from case_queue
    inner join customers on case_queue.customer_id = customers.customer_id
),

entries as (
    {%- for branch, supplied in branches.items() %}
    select
        {%- for column, type in shape.items() %}
        {{ column if column in supplied else 'cast(null as ' ~ type ~ ')' }} as {{ column }},
        {%- endfor %}
        customer_id,
        occurred_at,
        last_occurred_at,
        kind,
        channel_id,
        contact_count,
        source_name,
        entry_id
    from {{ branch }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- Numbered within each customer, so nothing is ever sorted as a whole, and before any words are
-- written, so that only narrow rows are held.
numbered as (
    select
        *,
        row_number() over (partition by customer_id order by occurred_at, kind, entry_id)
            as sequence  -- noqa: RF04, the name of the published column
    from entries
)

select
    numbered.customer_id,
    numbered.occurred_at,
    numbered.sequence,
    numbered.kind,
    numbered.touchpoint_id,
    numbered.channel_id,
    coalesce(
        numbered.headline,
        concat(
            case
                when numbered.touchpoint_id = 'unmapped'
                    then replace(numbered.event_name, '_', ' ')
                else
                    coalesce(
                        outcome_phrases.phrase,
                        any_phrases.phrase,
                        touchpoints.touchpoint_name,
                        numbered.touchpoint_id
                    )
            end,
            case
                when numbered.contact_count > 1
                    then concat(' × ', cast(numbered.contact_count as varchar))
                else ''
            end
        )
    ) as headline,
    left(
        case
            when tickets.ticket_id is not null
                then concat_ws(
                    ' · ', tickets.reason, 'priority ' || tickets.priority, tickets.team
                )
            when orders.order_id is not null
                then concat_ws(
                    ' · ', orders.status,
                    cast(orders.total_amount as varchar) || ' ' || orders.currency
                )
            else coalesce(numbered.detail, nullif(numbered.outcome, 'success'))
        end, 280
    ) as detail,
    numbered.score,
    numbered.score_metric,
    numbered.sentiment,
    cast(
        case
            when numbered.touchpoint_id = 'refund' then orders.refund_amount
            else coalesce(orders.total_amount, subscription_changes.mrr_amount)
        end as decimal(18, 2)
    ) as amount,
    coalesce(orders.currency, subscription_changes.currency) as currency,
    numbered.last_occurred_at,
    numbered.contact_count,
    numbered.source_name
from numbered
left join touchpoints on numbered.touchpoint_id = touchpoints.touchpoint_id
left join phrases as outcome_phrases
    on
        numbered.touchpoint_id = outcome_phrases.touchpoint_id
        and numbered.outcome = outcome_phrases.outcome
left join phrases as any_phrases
    on
        numbered.touchpoint_id = any_phrases.touchpoint_id
        and any_phrases.outcome = '*'
left join tickets on numbered.ticket_id = tickets.ticket_id
left join orders on numbered.order_id = orders.order_id
left join subscription_changes
    on numbered.subscription_change_id = subscription_changes.subscription_change_id
