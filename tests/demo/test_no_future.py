"""Nothing in the files lies outside the history, or shows what happens before it happens."""

from __future__ import annotations

import duckdb
import pytest

from demo.exports import EXPORTS, Export
from demo.truths import TRUTHS

MOMENT_COLUMNS = {
    "created_at", "offered_at", "responded_at", "updated_at", "held_at", "closed_at", "sent",
    "delivered", "opened", "started", "completed", "answered", "posted_at", "created",
    "first_reply", "solved", "logged", "changed", "occurred_at", "timestamp", "ordered_at",
    "approved_at", "shipped_at", "delivered_at", "submitted",
}  # fmt: skip
LIFETIMES = """
    (select customer,
        min(changed::timestamptz)::timestamp as started_at,
        min(case when change_type = 'ended' then changed::timestamptz end)::timestamp as ended_at,
        max(case when change_type = 'started' then changed::timestamptz end)::timestamp
            as restarted_at
     from billing_subscription_changes group by customer)
"""
AFTER_LEAVING = """
    ended_at is not null and happened_at > ended_at
    and (restarted_at < ended_at or happened_at < restarted_at)
"""


def count(files: duckdb.DuckDBPyConnection, query: str) -> int:
    found = files.sql(query).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.source}.{export.stream}")
def test_every_moment_lies_in_the_history(files: duckdb.DuckDBPyConnection, export: Export) -> None:
    table = f"{export.source.removeprefix('demo_')}_{export.stream}"
    columns = {name for name, *_ in files.sql(f"describe {table}").fetchall()} & MOMENT_COLUMNS
    # A day to either side: vendors write in their own zones.
    window = (
        f"timestamp '{TRUTHS.history.first_day}' - interval 1 day "
        f"and timestamp '{TRUTHS.history.last_day}' + interval 2 day"
    )
    for column in sorted(columns):
        value = f"try_cast(left({column}::varchar, 19) as timestamp)"
        outside = (
            f"select count(*) from {table} "
            f"where year({value}) < 2099 and not {value} between {window}"
        )
        assert count(files, outside) == 0, column
        assert count(files, f"select count({value}) from {table}") > 0, column


@pytest.mark.parametrize(
    ("what", "query"),
    [
        (
            "use",
            """select workspace as customer, occurred_at as happened_at
            from product_events join product_users using (user_id)""",
        ),
        (
            "invoices",
            """select customer, created::timestamptz::timestamp as happened_at
            from billing_invoices where created < '2099'""",
        ),
        (
            "tickets",
            """select customer, timezone('Europe/Berlin', created::timestamp) as happened_at
            from helpdesk_tickets
            join payers on requester = email
            where year(created::timestamp) < 2099""",
        ),
        (
            "survey invitations",
            """select customer, timezone('America/New_York', sent::timestamp) as happened_at
            from survey_invitations
            join payers on recipient = email""",
        ),
    ],
)
def test_nothing_happens_after_a_customer_left(
    files: duckdb.DuckDBPyConnection, what: str, query: str
) -> None:
    counted = f"""
        with payers as (select id as customer, lower(email) as email from billing_customers)
        select count(*) from ({query}) join {LIFETIMES} using (customer)
    """
    late = f"{counted} where {AFTER_LEAVING}"
    before = f"{counted} where ended_at is not null"

    assert count(files, late) == 0, what
    assert count(files, before) > 0, what


def test_subscription_ends_with_its_cancellation(files: duckdb.DuckDBPyConnection) -> None:
    """A notice weeks ahead would hand a model the answer."""
    gap = files.sql(
        """select max(ended_at - cancelled_at), count(*) from (
            select
                subscription,
                min(moment) filter (where change_type = 'cancelled') as cancelled_at,
                min(moment) filter (where change_type = 'ended') as ended_at
            from (select *, changed::timestamptz as moment from billing_subscription_changes)
            group by all)
        where ended_at is not null"""
    ).fetchone()

    assert gap is not None
    assert gap[1] > 0
    assert gap[0].total_seconds() <= 3600


def test_onboarding_steps_come_in_order(files: duckdb.DuckDBPyConnection) -> None:
    steps = """[
        'workspace_first_login', 'import_completed', 'teammate_invited', 'first_report_published'
    ]"""
    disorder = f"""
        select count(*) from (
            select occurred_at, lag(occurred_at) over (
                partition by workspace order by list_position({steps}, event)
            ) as before
            from (
                -- An import may be done again.
                select workspace, event, min(occurred_at) as occurred_at
                from product_events join product_users using (user_id)
                where event in (select unnest({steps}))
                group by all
            )
        ) where occurred_at <= before
    """

    assert count(files, disorder) == 0


def test_visits_lead_to_the_trial(files: duckdb.DuckDBPyConnection) -> None:
    first = """
        select anonymous_id, min(timestamp) filter (where event = 'site_visited') as visited,
            min(timestamp) filter (where event = 'trial_form_submitted') as trial
        from web_events where timestamp::varchar < '2099' group by all
    """

    assert count(files, f"select count(*) from ({first}) where visited < trial") > 200


def test_every_identifier_leads_to_one_customer(files: duckdb.DuckDBPyConnection) -> None:
    """Join whatever two files share, and as many customers remain as were generated."""
    pairs = files.sql(
        """
        select 'account ' || account_id, 'mail ' || lower(trim(billing_email)) from crm_accounts
        where account_id is not null
        union all select 'account ' || account_id, 'mail ' || lower(trim(email)) from crm_contacts
        where account_id is not null
        union all select 'billing ' || id, 'mail ' || lower(trim(email)) from billing_customers
        union all select 'user ' || user_id, 'billing ' || workspace from product_users
        union all select 'visitor ' || anonymous_id, 'mail ' || lower(trim(email))
        from web_identifies
        """
    ).fetchall()
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for left, right in pairs:
        leader[find(left)] = find(right)
    with_account = {find(key) for key in leader if key.startswith("account ")}
    everyone = {find(key) for key in leader}

    assert len(with_account) == len(everyone) == count(files, "select count(*) from web_identifies")
