"""Service: how well customers are served, what waits, what it costs and what could be spared."""

from __future__ import annotations

from reporting import formats
from reporting.charts.service_money import backlog
from reporting.page import Context, Page
from reporting.published import Row
from reporting.sections import (
    Section,
    based,
    hours,
    money,
    number,
    page_of,
    percent,
    rate,
    section,
    words,
)  # fmt: skip

MOST_DAYS = 180
_PERFORMANCE_COLUMNS = (
    "dimension", "dimension_value", "tickets", "is_too_few", "first_reply_hours_p50",
    "first_reply_hours_p90", "resolution_hours_p50", "resolution_hours_p90", "touch_n",
    "one_touch_share", "reopen_n", "reopen_rate", "handoff_n", "handoff_rate",
    "first_reply_sla_n", "first_reply_sla_share", "resolution_sla_n", "resolution_sla_share",
    "csat_n", "csat",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect the sections; those whose mart is empty say so."""
    questions = (_performance, _backlog, failure_demand, _self_service, _cost_to_serve, _switching)
    return page_of(context, questions)


def _performance(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_service_performance",
        _PERFORMANCE_COLUMNS,
        where="period_grain = 'all' and dimension <> 'agent'",
        order_by="dimension <> 'all', dimension, tickets desc, dimension_value",
    )
    minimum = context.minimum_sample_size

    def whose(row: Row) -> str:
        if row["dimension"] == "all":
            return "All tickets"
        return f"{formats.label(row['dimension'])}: {formats.label(row['dimension_value'])}"

    return section(
        found,
        (
            ("Whose", whose),
            ("Tickets", number("tickets")),
            ("First reply, typical", hours("first_reply_hours_p50")),
            ("First reply, slow (p90)", hours("first_reply_hours_p90")),
            ("Solution, typical", hours("resolution_hours_p50")),
            ("Solution, slow (p90)", hours("resolution_hours_p90")),
            ("One-touch", based("one_touch_share", "touch_n", minimum)),
            ("Reopened", based("reopen_rate", "reopen_n", minimum)),
            ("Handed over", based("handoff_rate", "handoff_n", minimum)),
            ("SLA, first reply", based("first_reply_sla_share", "first_reply_sla_n", minimum)),
            ("SLA, solution", based("resolution_sla_share", "resolution_sla_n", minimum)),
            ("CSAT", based("csat", "csat_n", minimum)),
        ),
        slug="performance",
        title="How well customers are served",
        measure="Tickets of all time, by what they are about and who has them now.",
        note="a ticket counts in the period in which it was opened; shares stand with the number "
        "behind them, and those on too few are not shown. Times are around the clock.",
    )


def _backlog(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_service_backlog",
        ("calendar_date", "opened", "reopened", "solved", "open_at_end", "age_days_p50"),
        where="team = 'all'",
        order_by="calendar_date desc",
        limit=MOST_DAYS,
    )
    rows = tuple(reversed(found.rows))
    return section(
        found,
        slug="backlog",
        title="What waits",
        measure=f"Open tickets day by day, the newest {MOST_DAYS} days at most.",
        figure=backlog(rows) if rows else None,
        note="open at the start + opened + reopened − solved = open at the end.",
    )


def failure_demand(context: Context) -> Section:
    """Show the contacts that a failure caused; the friction page shows them too."""
    found = context.marts.select(
        "marts.mart_failure_demand",
        ("proxy_id", "proxy_name", "rule", "contacts", "share_of_contacts", "share_lower",
         "share_upper", "is_too_few", "cost_amount", "currency"),
        where="period_grain = 'all' and segment = 'all' and reason = 'all'",
        order_by="proxy_id <> 'failure_demand', proxy_id = 'value_demand', contacts desc, proxy_id",
    )  # fmt: skip
    return section(
        found,
        (
            ("Sign of a failure", lambda row: f"{row['proxy_name']}: {row['rule']}"),
            ("Contacts", number("contacts")),
            (
                "Of all contacts",
                rate("share_of_contacts", "share_lower", "share_upper", "is_too_few"),
            ),
            ("Cost", money("cost_amount")),
        ),
        slug="failure-demand",
        title="Contacts that a failure caused",
        measure="Failure demand: contacts because something was not done, or not done right.",
        note="a contact that several signs claim counts once, for the first of them; the signs "
        "and value demand add up to all contacts. Cost = contacts × the assumed cost of one on "
        "their channel.",
    )


def _self_service(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_self_service",
        ("page", "attempts", "succeeded", "failed", "undecided", "success_rate", "success_lower",
         "success_upper", "is_too_few", "failure_cost_amount", "currency"),
        where="period_grain = 'all' and segment = 'all'",
        order_by="page <> 'all', attempts desc, page",
        limit=20,
    )  # fmt: skip
    return section(
        found,
        (
            ("Page seen last", words("page", "All pages")),
            ("Attempts", number("attempts")),
            ("Found help", number("succeeded")),
            ("Had to make contact", number("failed")),
            ("Undecided", number("undecided")),
            ("Success", rate("success_rate", "success_lower", "success_upper", "is_too_few")),
            ("Cost of failures", money("failure_cost_amount")),
        ),
        slug="self-service",
        title="Whether help is found alone",
        measure="Attempts of known customers to help themselves, and whether a contact followed.",
        note="views of help close together are one attempt; it failed when the customer made "
        "contact soon after it. Whom no key names is left out.",
    )


def _cost_to_serve(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_cost_to_serve",
        ("cost_level", "level_value", "channel_id", "contacts", "share_of_contacts",
         "cost_amount", "share_of_cost", "contacting_customers", "cost_per_customer_amount",
         "currency"),
        where="cost_level <> 'customer' and (cost_level = 'all' or channel_id = 'all')",
        order_by="cost_level, channel_id <> 'all', cost_amount desc nulls last, level_value, "
        "channel_id",
    )  # fmt: skip
    return section(
        found,
        (
            ("Segment", words("level_value", "All customers")),
            ("Channel", words("channel_id", "All channels")),
            ("Contacts", number("contacts")),
            ("Of all contacts", percent("share_of_contacts")),
            ("Cost", money("cost_amount")),
            ("Of all cost", percent("share_of_cost")),
            ("Customers who made contact", number("contacting_customers")),
            ("Cost per customer", money("cost_per_customer_amount", 2)),
        ),
        slug="cost-to-serve",
        title="What it costs to serve",
        measure="Contacts times the assumed cost of one, over the declared number of days.",
        note="contacts of nobody known are left out; cost per customer is over all customers of "
        "the segment, whether they made contact or not.",
    )


def _switching(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_channel_switching",
        ("change_kind", "from_value", "to_value", "changes", "chains", "share_of_chains",
         "share_lower", "share_upper", "is_too_few", "rated", "satisfied_share",
         "unchanged_rated", "unchanged_satisfied_share", "is_satisfaction_different", "hours_p50",
         "unchanged_hours_p50"),
        where="segment = 'all'",
        order_by="change_kind, from_value <> 'any', changes desc, from_value, to_value",
        limit=20,
    )  # fmt: skip
    minimum = context.minimum_sample_size

    def verdict(row: Row) -> str:
        different = row["is_satisfaction_different"]
        return "not tested" if different is None else "real" if different else "within chance"

    return section(
        found,
        (
            ("Change", words("change_kind")),
            ("From", words("from_value", "any")),
            ("To", words("to_value", "any")),
            ("Matters", number("chains")),
            ("Of all", rate("share_of_chains", "share_lower", "share_upper", "is_too_few")),
            ("Satisfied with it", based("satisfied_share", "rated", minimum)),
            ("Satisfied without", based("unchanged_satisfied_share", "unchanged_rated", minimum)),
            ("Difference", verdict),
            ("Typical time with it", hours("hours_p50")),
            ("Typical time without", hours("unchanged_hours_p50")),
        ),
        slug="switching",
        title="What customers are put through",
        measure="Going on over another channel, being handed over, being identified again.",
        note="per matter, that is contacts that belong together; differences are adjusted for "
        "many comparisons and show a link, not a cause.",
    )


PAGE = Page(
    slug="service",
    title="Service",
    navigation="Service",
    audience="CX management",
    order=55,
    summary="How fast and how well customers are helped, what waits, and what service costs.",
    build=build,
)
