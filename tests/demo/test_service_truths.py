"""What `demo.truths` states of service, mailings and refunds is found again in the files."""

from __future__ import annotations

import duckdb
import pytest

from demo.truths import TRUTHS
from tests.demo.test_truths import assert_share, row

REPLIES = """
    (select tickets.id as ticket, reopens, transfers, solved,
        count(*) filter (where type = 'replied') as replies,
        count(*) filter (where type = 'customer_replied') as answers,
        count(*) filter (where events.status = 'hold') > 0 as is_held,
        count(*) filter (where events.status = 'pending') as waits
     from (select distinct id, reopens, transfers, solved from helpdesk_tickets
        where created::varchar not like '2099%' and status <> 'zombie') as tickets
     join (select distinct * from helpdesk_ticket_events) as events
        on events.ticket = tickets.id
     group by all)
"""


def test_plain_tickets_take_one_reply_as_often_as_stated_and_others_more(
    files: duckdb.DuckDBPyConnection,
) -> None:
    once, plain, fewest = row(
        files,
        f"""select avg((replies = 1)::int) filter (where reopens + transfers = 0),
            count(*) filter (where reopens + transfers = 0),
            min(replies) filter (where reopens + transfers > 0)
        from {REPLIES} where solved is not null""",
    )

    assert plain > 500
    assert_share(once, plain, TRUTHS.support.one_reply_probability)
    assert fewest == 2


def test_solved_ticket_waits_for_the_customer_between_its_replies(
    files: duckdb.DuckDBPyConnection,
) -> None:
    (unequal,) = row(
        files,
        f"""select count(*) from {REPLIES}
        where solved is not null and (answers <> replies - 1 or waits <> answers - reopens)""",
    )

    assert unequal == 0


def test_tickets_are_held_as_often_as_in_the_italian_help_desk(
    files: duckdb.DuckDBPyConnection,
) -> None:
    held, solved = row(
        files, f"select avg(is_held::int), count(*) from {REPLIES} where solved is not null"
    )

    assert_share(held, solved, TRUTHS.support.hold_share)
    assert TRUTHS.support.hold_share == pytest.approx(1236 / 4580, abs=0.005)


def test_callers_wait_as_long_as_stated(files: duckdb.DuckDBPyConnection) -> None:
    calls, long, held = row(
        files,
        """select count(distinct tickets.id),
            count(*) filter (where waits.kind = 'queue' and seconds > 300),
            count(*) filter (where waits.kind = 'hold')
        from (select distinct id from helpdesk_tickets where channel = 'phone') as tickets
        left join helpdesk_waits as waits on tickets.id = waits.ticket""",
    )

    assert calls > 100
    assert_share(long / calls, calls, TRUTHS.support.long_queue_probability)
    assert_share(held / calls, calls, TRUTHS.support.call_hold_probability)


@pytest.mark.parametrize(
    ("step", "before", "stated"),
    [
        ("open", "sent", TRUTHS.mailings.open_probability),
        ("click", "open", TRUTHS.mailings.click_probability),
        ("landing", "click", TRUTHS.mailings.landing_probability),
        ("redeem", "landing", TRUTHS.mailings.redeem_probability),
    ],
)
def test_each_step_of_a_mailing_keeps_the_stated_share(
    files: duckdb.DuckDBPyConnection, step: str, before: str, stated: float
) -> None:
    # What was mailed last is still on its way when the history ends.
    kept, trials = row(
        files,
        f"""select avg((taken.mail_id is not null)::int), count(*)
        from marketing_mails as reached
        left join marketing_mails as taken
            on reached.mail_id = taken.mail_id and taken.event = '{step}'
        where reached.event = '{before}' and reached.logged_at < '2026-06-01'""",
    )

    assert trials > 15
    assert_share(kept, trials, stated)


def test_mails_go_to_nobody_who_did_not_agree(files: duckdb.DuckDBPyConnection) -> None:
    (uninvited,) = row(
        files,
        """select count(*) from marketing_mails where event = 'sent' and not exists (
            select 1 from crm_consents
            where lower(email) = lower(recipient) and purpose = 'marketing'
                and granted = 'true')""",
    )

    assert uninvited == 0


def test_difficult_refunds_are_asked_for_again_and_some_are_never_paid(
    files: duckdb.DuckDBPyConnection,
) -> None:
    requests, never, slow, quick_reminded, slow_unreminded = row(
        files,
        """select count(*), count(*) filter (where refunded_at is null),
            count(*) filter (where days > 10),
            count(*) filter (where days <= 10 and reminder_id is not null),
            count(*) filter (where coalesce(days, 11) > 10 and reminder_id is null)
        from (
            select distinct orders.*, reminder_id,
                epoch(refunded_at::timestamp - refund_requested_at::timestamp) / 86400 as days
            from shop_orders as orders
            left join shop_refund_reminders as reminders using (order_id)
            where refund_requested_at::timestamp < timestamp '2026-06-01'
        )""",
    )

    assert requests >= 5
    assert_share(never / requests, requests, TRUTHS.refunds.never_probability)
    assert_share(slow / requests, requests, TRUTHS.refunds.difficult_probability)
    assert quick_reminded == slow_unreminded == 0


def test_help_articles_stand_on_help_pages(files: duckdb.DuckDBPyConnection) -> None:
    (strays,) = row(
        files,
        """select count(*) from web_events
        where (event = 'help_article_viewed') <> starts_with(coalesce(page, ''), '/help/')
            and event in ('help_article_viewed', 'newsletter_opened', 'site_visited')""",
    )

    assert strays == 0
