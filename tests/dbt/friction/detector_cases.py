"""What each detector of the friction registry must find and what it must leave, row by row.

A case is one customer: the customer's name is the case's, so whatever is found names the case. The
limits are those of the seed; a case that lies on the limit is not friction unless it says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

START = datetime(2026, 5, 4, 9)
END_OF_AS_OF = datetime(2026, 7, 1)
Rows = list[tuple[str, dict[str, Any]]]
Made = Callable[[str], Rows]


def later(*, days: float = 0, hours: float = 0, seconds: float = 0) -> datetime:
    """Give a moment so long after the start of all cases."""
    return START + timedelta(days=days, hours=hours, seconds=seconds)


def visit(
    touchpoint_id: str, occurred_at: datetime = START, *, related: str = "", **columns: Any
) -> Made:
    """Give a maker of one interaction; what it is about is the customer's own."""

    def make(name: str) -> Rows:
        row = {"customer_id": name, "touchpoint_id": touchpoint_id, "event_name": "seen",
               "occurred_at": occurred_at, "is_test": False, "source_name": "s"}  # fmt: skip
        if related:
            row |= {"related_type": "ticket", "related_id": f"{name}/{related}"}
        return [("core.fct_interactions", row | columns)]

    return make


def ticket(number: str, **columns: Any) -> Made:
    """Give a maker of one ticket, opened at the start of all cases."""

    def make(name: str) -> Rows:
        row = {"ticket_id": f"{name}/{number}", "customer_id": name, "opened_at": START,
               "source_name": "s"} | columns  # fmt: skip
        solved_at = row.get("solved_at")
        if solved_at and solved_at >= row["opened_at"]:
            row["resolution_hours"] = (solved_at - row["opened_at"]) / timedelta(hours=1)
        return [("core.fct_tickets", row)]

    return make


def order(**columns: Any) -> Made:
    """Give a maker of one order, placed at the start of all cases."""

    def make(name: str) -> Rows:
        row = {"order_id": name, "customer_id": name, "ordered_at": START, "source_name": "s"}
        return [("core.fct_orders", row | columns)]

    return make


def session(**columns: Any) -> Made:
    """Give a maker of one session on the web site."""

    def make(name: str) -> Rows:
        row = {"web_session_id": name, "source_name": "s", "is_session_given": True,
               "visitor_id": name, "customer_id": name, "started_at": START, "ended_at": START,
               "event_count": 9, "page_count": 1, "distinct_page_count": 1,
               "product_view_count": 0, "search_count": 0, "click_count": 0,
               "rage_click_count": 0, "error_count": 0, "is_bounced": False,
               "is_converted_in_session": False, "is_on_path_to_conversion": False}  # fmt: skip
        return [("marts.fct_web_sessions", row | columns)]

    return make


def asks(number: str, occurred_at: datetime, reason: str | None, **columns: Any) -> list[Made]:
    """Give a ticket with the contact that opened it."""
    return [
        ticket(number, opened_at=occurred_at, solved_at=occurred_at, reason=reason),
        visit("support_contact", occurred_at, related=number, **columns),
    ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Rows of one customer, and how often the detector must find something in them."""

    detector_id: str
    name: str
    rows: tuple[Made, ...]
    found: int

    @property
    def customer_id(self) -> str:
        """Name the customer of the case."""
        return f"{self.detector_id}: {self.name}"


def steps(text: str, *, related: str = "") -> list[Made]:
    """Turn ``"first_login 1, data_import 2"`` (touchpoint, day) into interactions."""
    words = (word.split() for word in text.split(","))
    return [
        visit(touchpoint_id, later(days=float(day)), related=related)
        for touchpoint_id, day in words
    ]


def wait(seconds: float | None) -> Made:
    """Give a maker of one wait."""
    return visit("support_wait", duration_seconds=seconds)


def error(event_name: str) -> Made:
    """Give a maker of one event at the touchpoint of errors."""
    return visit("in_app_error", event_name=event_name)


def hours(number: float) -> datetime:
    """Give a moment so many hours after the start."""
    return later(hours=number)


BOUGHT = "subscription_start 0"
# Detector, what is the case, its rows, how often something must be found.
TABLE: list[tuple[str, str, list[Made], int]] = [
    ("wait_any", "one second", [wait(1)], 1),
    ("wait_any", "no time at all", [wait(0)], 0),
    ("wait_any", "nobody knows how long", [wait(None)], 0),
    ("wait_any", "a long talk is no wait", [visit("support_contact", duration_seconds=900)], 0),
    ("wait_over_five_minutes", "five minutes and a second", [wait(301)], 1),
    ("wait_over_five_minutes", "five minutes", [wait(300)], 0),
    ("wait_over_five_minutes", "two waits of three minutes", [wait(180), wait(180)], 0),
    ("transfer", "handed on twice", [visit("support_transfer"), visit("support_transfer")], 2),
    ("transfer", "answered", [visit("support_reply")], 0),
    ("reopen", "opened again", [visit("support_reopen")], 1),
    ("reopen", "solved", [visit("support_resolution")], 0),
    ("payment_dispute", "contested", [visit("payment_dispute")], 1),
    ("payment_dispute", "payment failed", [visit("payment_failure")], 0),
    ("payment_failure", "payment failed", [visit("payment_failure")], 1),
    ("payment_failure", "payment came", [visit("invoice_payment")], 0),
    ("unexpected_charge", "fee", [visit("invoice", outcome="unexpected_fee")], 1),
    ("unexpected_charge", "as agreed", [visit("invoice", outcome="ok")], 0),
    ("unexpected_charge", "outcome unknown", [visit("invoice")], 0),
    ("unexpected_charge", "elsewhere", [visit("refund", outcome="unexpected_fee")], 0),
    ("product_error", "each event of the list",
     [error("error_shown"), error("import_failed"), error("app_exception")], 3),
    ("product_error", "click in anger", [error("rage_click")], 0),
    ("product_error", "part of a name", [error("error")], 0),
    ("product_error", "a name with the sign for any letter", [error("error_show_")], 0),
    ("product_error", "the sign for anything", [error("%")], 0),
    ("product_error", "event unknown", [error(None)], 0),  # type: ignore[arg-type]
    ("rage_click", "click in anger", [error("rage_click")], 1),
    ("rage_click", "error", [error("error_shown")], 0),
    ("web_rage_click", "two bursts are one session", [session(rage_click_count=2)], 1),
    ("web_rage_click", "errors alone", [session(error_count=1)], 0),
    ("web_error", "one error", [session(error_count=1)], 1),
    ("web_error", "no error", [session()], 0),
    ("repeat_contact", "fourteen days later",
     [*asks("1", START, "bug"), *asks("2", later(days=14), "bug")], 1),
    ("repeat_contact", "a second more than fourteen days later",
     [*asks("1", START, "bug"), *asks("2", later(days=14, seconds=1), "bug")], 0),
    ("repeat_contact", "three times", [*asks("1", START, "bug"),
     *asks("2", later(days=9), "bug"), *asks("3", later(days=20), "bug")], 2),
    ("repeat_contact", "for another reason",
     [*asks("1", START, "bug"), *asks("2", later(days=1), "invoice")], 0),
    ("repeat_contact", "reason unknown",
     [*asks("1", START, None), *asks("2", later(days=1), None)], 0),
    ("failed_self_service", "contact a day after",
     [visit("help_article"), visit("support_contact", hours(24))], 1),
    ("failed_self_service", "contact a second more than a day after",
     [visit("help_article"), visit("support_contact", later(days=1, seconds=1))], 0),
    ("failed_self_service", "contact before",
     [visit("help_article", hours(1)), visit("support_contact")], 0),
    ("failed_self_service", "two articles and two contacts are one failure",
     [visit("help_article"), visit("help_article", hours(1)),
      visit("support_contact", hours(2)), visit("support_contact", hours(3))], 1),
    ("failed_self_service", "an article after the first contact is a second failure",
     [visit("help_article"), visit("support_contact", hours(2)),
      visit("help_article", hours(3)), visit("support_contact", hours(4))], 2),
    ("slow_resolution", "three days and a minute",
     [ticket("1", solved_at=later(hours=72, seconds=60))], 1),
    ("slow_resolution", "three days", [ticket("1", solved_at=hours(72))], 0),
    ("slow_resolution", "still open after three days", [ticket("1")], 1),
    ("slow_resolution", "still open, three days are not over",
     [ticket("1", opened_at=END_OF_AS_OF - timedelta(hours=72))], 0),
    ("slow_resolution", "solved before it was opened",
     [ticket("1", solved_at=later(hours=-1))], 0),
    ("slow_refund", "ten days and a second",
     [order(refund_requested_at=START, refunded_at=later(days=10, seconds=1))], 1),
    ("slow_refund", "ten days",
     [order(refund_requested_at=START, refunded_at=later(days=10))], 0),
    ("slow_refund", "not back yet", [order(refund_requested_at=START)], 1),
    ("slow_refund", "not back yet, ten days are not over",
     [order(refund_requested_at=END_OF_AS_OF - timedelta(days=10))], 0),
    ("slow_refund", "nobody asked", [order(refunded_at=later(days=30))], 0),
    ("refund_asked_twice", "asked twice",
     [visit("refund_request", related="o"), visit("refund_request", later(days=2), related="o")],
     1),
    ("refund_asked_twice", "asked three times", [
        visit("refund_request", later(days=day), related="o") for day in (0, 1, 2)], 2),
    ("refund_asked_twice", "for two orders",
     [visit("refund_request", related="o"), visit("refund_request", related="p")], 0),
    ("refund_asked_twice", "for nobody knows which order",
     [visit("refund_request"), visit("refund_request", later(days=2))], 0),
    ("late_delivery", "a second late",
     [order(estimated_delivery_at=later(days=5), delivered_at=later(days=5, seconds=1))], 1),
    ("late_delivery", "as promised",
     [order(estimated_delivery_at=later(days=5), delivered_at=later(days=5))], 0),
    ("late_delivery", "not there yet", [order(estimated_delivery_at=later(days=5))], 1),
    ("late_delivery", "not there yet, not due yet",
     [order(estimated_delivery_at=END_OF_AS_OF)], 0),
    ("late_delivery", "cancelled",
     [order(estimated_delivery_at=later(days=5), status="cancelled")], 0),
    ("late_delivery", "delivered, nobody knows when",
     [order(estimated_delivery_at=later(days=5), status="delivered")], 0),
    ("late_delivery", "nothing was promised", [order(delivered_at=later(days=30))], 0),
    ("rework_onboarding", "import comes again after the invitation",
     steps(f"{BOUGHT}, first_login 1, data_import 2, team_invite 3, data_import 4"), 1),
    ("rework_onboarding", "import twice running",
     steps(f"{BOUGHT}, first_login 1, data_import 2, data_import 3"), 0),
    ("rework_onboarding", "outside of a journey",
     steps("data_import 2, team_invite 3, data_import 4"), 0),
    ("rework_support", "answered again after the solution",
     steps("support_contact 0, support_reply 1, support_resolution 2, support_reopen 3,"
           "support_reply 4", related="t"), 1),
    ("rework_support", "two requests side by side",
     [*steps("support_contact 0, support_reply 1", related="t"),
      *steps("support_contact 2, support_reply 3", related="u")], 0),
    ("rework_purchase", "dispatched again",
     steps("order_placed 0, payment_approval 1, order_dispatch 2, payment_approval 3,"
           "order_dispatch 4", related="o"), 2),
    ("rework_purchase", "straight through",
     steps("order_placed 0, payment_approval 1, order_dispatch 2, order_delivery 3",
           related="o"), 0),
    ("abandoned_onboarding", "more than thirty days of silence",
     steps(f"{BOUGHT}, first_login 1"), 1),
    ("abandoned_onboarding", "finished", steps(f"{BOUGHT}, first_login 1, first_report 31"), 0),
    ("abandoned_onboarding", "still in time", steps("subscription_start 40"), 0),
    ("abandoned_onboarding", "left by cancelling",
     steps(f"{BOUGHT}, first_login 1, cancellation_request 2"), 0),
    ("abandoned_refund", "more than sixty days of silence",
     [visit("refund_request", START - timedelta(days=10), related="o")], 1),
    ("abandoned_refund", "still in time", [visit("refund_request", related="o")], 0),
    ("abandoned_refund", "money is back",
     [visit("refund_request", START - timedelta(days=10), related="o"),
      visit("refund", START, related="o")], 0),
]  # fmt: skip
CASES = [
    Case(detector_id=detector_id, name=name, rows=tuple(rows), found=found)
    for detector_id, name, rows, found in TABLE
]
