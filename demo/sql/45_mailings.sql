-- Campaigns by mail, one in six weeks, to the customers who agreed to marketing.
create or replace temp table marketing_mails as
with sent as (
    select
        contacts.n,
        campaign_number,
        'ML-' || (campaign_number + 1)::varchar || '-' || (contacts.n + 1)::varchar as mail_id,
        contact_email,
        after_hours(
            history_start() + to_days((campaign_number * {{ truths.mailings.days_between }})::int),
            8 + uniform(contacts.n, campaign_number, 'mail_sent')
        ) as sent_at
    from contacts
    join lifetimes using (n)
    cross join range({{ 31 * truths.history.months // truths.mailings.days_between }})
        as campaigns (campaign_number)
    where contact_number = 0
        and uniform(contacts.n, contact_number, 'marketing') < 0.7
        and uniform(contacts.n, contact_number, 'revoked') >= 0.08
        and is_customer_at(
            history_start() + to_days((campaign_number * {{ truths.mailings.days_between }})::int),
            started_at, churned_at, returned_at
        )
),

steps as (
    select *, 'sent' as event, 1 as step, true as is_taken, sent_at as occurred_at from sent
    {%- for event, step, before in [
        ('open', 2, 'sent'), ('click', 3, 'open'), ('landing', 4, 'click'), ('redeem', 5, 'landing'),
    ] %}
    union all
    select
        *,
        '{{ event }}',
        {{ step }},
        {%- for taken in ['open', 'click', 'landing', 'redeem'][:step - 1] %}
        {{ '' if loop.first else 'and ' }}uniform(n, campaign_number, 'mail_{{ taken }}')
            < {{ truths.mailings[taken ~ '_probability'] }}
        {%- endfor %},
        after_seconds(
            sent_at,
            600 + 100000 * uniform(n, campaign_number, 'mail_opened_at') ^ 2
            {%- if step > 2 %} + 15 + 200 * uniform(n, campaign_number, 'mail_clicked_at'){% endif %}
            {%- if step > 3 %} + 4{% endif %}
            {%- if step > 4 %}
            + 3600 + 1500000 * uniform(n, campaign_number, 'mail_redeemed_at') ^ 2
            {%- endif %}
        )
    from sent
    {%- endfor %}
)

select
    mail_id || '/' || step::varchar as event_id,
    mail_id,
    'mailing-' || (campaign_number + 1)::varchar as campaign,
    contact_email as recipient,
    event,
    written_zulu(occurred_at) as logged_at
from steps
where is_taken and occurred_at < history_end();
