"""Olist: real orders, payments and reviews, recomputed from the files in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import mean

import pytest

from .conftest import Finish, FinishedRun, moment

LAYOUT = "%Y-%m-%d %H:%M:%S"
ZONE = "America/Sao_Paulo"
MILESTONES = (
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
)
FILES = {
    "customers": "olist_customers_dataset.csv.gz",
    "orders": "olist_orders_dataset.csv.gz",
    "order_items": "olist_order_items_dataset.csv.gz",
    "order_payments": "olist_order_payments_dataset.csv.gz",
    "order_reviews": "olist_order_reviews_dataset.csv.gz",
    "products": "olist_products_dataset.csv.gz",
    "product_categories": "product_category_name_translation.csv.gz",
}


@pytest.fixture(scope="session")
def olist(finish_run: Finish) -> FinishedRun:
    return finish_run("olist", "olist_sample", date(2018, 10, 31))


@pytest.fixture(scope="session")
def orders(olist: FinishedRun) -> list[dict[str, str]]:
    return olist.landed(FILES["orders"])


@pytest.fixture(scope="session")
def reviews(olist: FinishedRun) -> list[dict[str, str]]:
    return olist.landed(FILES["order_reviews"])


def milestones(order: dict[str, str]) -> list[datetime | None]:
    return [moment(order[name], LAYOUT, ZONE) for name in MILESTONES]


def quantile(values: list[float], share: float) -> float:
    """Interpolate between the closest ranks, as SQL's percentile_cont does."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@pytest.mark.parametrize("stream", FILES)
def test_every_row_of_a_file_is_accounted_for(olist: FinishedRun, stream: str) -> None:
    in_file = len(olist.landed(FILES[stream]))
    rows_in, loaded, quarantined, duplicate = olist.row(
        "select rows_in, rows_loaded, rows_quarantined, rows_duplicate from quality.load_ledger"
        " where source_name = 'olist' and stream = ? and status = 'loaded'",
        stream,
    )
    in_raw = olist.row(f"select count(*) from raw.olist__{stream}")
    assert (rows_in, quarantined, duplicate) == (in_file, 0, 0)
    assert loaded == in_file
    assert in_raw == (in_file,)


def test_reviews_count_rows_and_not_lines_when_comments_hold_newlines(
    olist: FinishedRun, reviews: list[dict[str, str]]
) -> None:
    assert len(reviews) == 2993
    answered = olist.rows("select answer_id, score from core.fct_survey_answers")
    assert sorted(answered) == sorted(
        (f"olist:{review['review_id']}:{review['order_id']}", float(review["review_score"]))
        for review in reviews
    )
    multiline = sum("\n" in review["review_comment_message"].strip() for review in reviews)
    assert multiline > 0
    messages = olist.rows(
        "select review_comment_message from raw.olist__order_reviews"
        " where review_comment_message is not null"
    )
    assert sum("\n" in message.strip() for (message,) in messages) == multiline


def test_satisfaction_is_the_share_of_four_and_five_stars(
    olist: FinishedRun, reviews: list[dict[str, str]]
) -> None:
    scores = [int(review["review_score"]) for review in reviews]
    n, value, mean_score = olist.row(
        "select n, value, mean_score from marts.fct_cx_metrics"
        " where metric = 'OSAT' and period_grain = 'all' and dimension = 'overall'"
    )
    assert n == len(scores)
    assert value == pytest.approx(sum(score >= 4 for score in scores) / len(scores), abs=1e-12)
    assert mean_score == pytest.approx(mean(scores), abs=1e-12)


def test_response_rate_is_unknown_when_only_answers_are_on_file(olist: FinishedRun) -> None:
    rates = olist.rows("select distinct response_rate from marts.fct_cx_metrics")
    assert rates == [(None,)]


def test_every_comment_is_kept_once(olist: FinishedRun, reviews: list[dict[str, str]]) -> None:
    commented = {
        f"olist:{review['review_id']}:{review['order_id']}"
        for review in reviews
        if review["review_comment_title"].strip() or review["review_comment_message"].strip()
    }
    kept = [
        feedback_id for (feedback_id,) in olist.rows("select feedback_id from core.fct_feedback")
    ]
    assert len(kept) == len(commented)
    assert set(kept) == commented
    languages = dict(
        olist.rows("select language, count(*) from marts.mart_voice_comments group by language")
    )
    assert max(languages, key=lambda language: languages[language]) == "pt"


def test_orders_of_one_person_are_one_customer(
    olist: FinishedRun, orders: list[dict[str, str]]
) -> None:
    person = {
        row["customer_id"]: row["customer_unique_id"] for row in olist.landed(FILES["customers"])
    }
    by_person = Counter(person[order["customer_id"]] for order in orders)
    found = dict(
        olist.rows("select customer_id, count(*) from core.fct_orders group by customer_id")
    )
    assert None not in found
    assert Counter(found.values()) == Counter(by_person.values())
    assert olist.row("select count(*) from marts.mart_customer_360") == (len(by_person),)


def test_times_are_utc_when_files_are_in_brasilia_time(
    olist: FinishedRun, orders: list[dict[str, str]]
) -> None:
    expected = {f"olist:{order['order_id']}": tuple(milestones(order)) for order in orders}
    found = {
        row[0]: row[1:]
        for row in olist.rows(
            "select order_id, ordered_at, approved_at, shipped_at, delivered_at"
            " from core.fct_orders"
        )
    }
    assert found == expected


def test_revenue_is_what_was_paid_for_orders_that_stand(
    olist: FinishedRun, orders: list[dict[str, str]]
) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in olist.landed(FILES["order_payments"]):
        paid[payment["order_id"]] += Decimal(payment["payment_value"])
    standing = [
        order["order_id"]
        for order in orders
        if order["order_status"] not in {"canceled", "unavailable"}
    ]
    revenue, order_count = olist.row(
        "select sum(lifetime_revenue_amount), sum(order_count) from marts.mart_customer_360"
    )
    assert order_count == len(standing)
    assert revenue == sum(paid[order_id] for order_id in standing)


def test_purchase_journeys_end_as_the_milestones_say(
    olist: FinishedRun, orders: list[dict[str, str]]
) -> None:
    silence = timedelta(days=60)
    after_last_day = datetime(2018, 11, 1)
    outcomes: Counter[str] = Counter()
    for order in orders:
        times = milestones(order)
        seen = sorted(time for time in times if time)
        before_a_silence = next(
            (early for early, late in pairwise(seen) if late - early > silence),
            None,
        )
        if before_a_silence:
            outcomes["abandoned"] += 1
        elif times[3]:
            outcomes["completed"] += 1
        else:
            outcomes["abandoned" if seen[-1] + silence < after_last_day else "open"] += 1
    found = olist.rows(
        "select outcome, count(*) from marts.fct_journeys where journey_id = 'purchase' group by 1"
    )
    assert dict(found) == dict(outcomes)
    assert outcomes["completed"] == 2892


def test_delivery_times_match_plain_python(
    olist: FinishedRun, orders: list[dict[str, str]]
) -> None:
    hours = []
    for order in orders:
        placed, approved, shipped, delivered = milestones(order)
        if not (placed and approved and shipped and delivered):
            continue
        in_order = placed <= approved <= shipped <= delivered
        unbroken = max(approved - placed, shipped - approved, delivered - shipped)
        if in_order and unbroken <= timedelta(days=60):
            hours.append((delivered - placed).total_seconds() / 3600)
    instances, p50, p90 = olist.row(
        "select instances, hours_p50, hours_p90 from marts.mart_journey_map"
        " where journey_id = 'purchase' and segment = 'all' and period_grain = 'all'"
        " and touchpoint_id = 'order_delivery'"
    )
    assert instances == len(hours)
    # Percentiles come from counts by size, within percentile_relative_error of the exact ones.
    assert p50 == pytest.approx(quantile(hours, 0.5), rel=0.02)
    assert p90 == pytest.approx(quantile(hours, 0.9), rel=0.02)


def test_active_customers_are_listed_and_silence_is_no_forecast(olist: FinishedRun) -> None:
    active, listed, forecast = olist.row(
        "select (select count(*) from marts.mart_customer_360 where is_active), count(*),"
        " count(*) filter (where risk_band <> 'no forecast') from marts.mart_churn_risk"
    )
    assert active == listed
    assert listed > 0
    assert forecast == 0
    reasons = olist.rows("select distinct model_status from marts.mart_churn_risk")
    assert len(reasons) == 1
    assert str(reasons[0][0]).startswith("not_forecast: ")
    assert olist.row("select count(*) from marts.mart_upsell_opportunities") == (0,)
    at_risk = olist.rows(
        "select active_customers, at_risk_customers, simple_value_at_risk_amount,"
        " expected_loss_amount from marts.mart_value_at_risk where segment = 'all'"
    )
    assert at_risk == [(listed, None, None, None)]


def test_timeline_holds_every_contact_answer_and_comment(olist: FinishedRun) -> None:
    contacts, answers, comments = olist.row(
        "select (select count(*) from core.fct_interactions"
        " where event_name <> 'survey_completed'),"
        " (select count(distinct response_id) from core.fct_survey_answers),"
        " (select count(*) from core.fct_feedback)"
    )
    kinds = dict(
        olist.rows(
            "select case kind when 'survey' then kind when 'comment' then kind else 'contact' end,"
            " sum(contact_count) from marts.mart_customer_timeline where kind <> 'case' group by 1"
        )
    )
    assert kinds == {"contact": contacts, "survey": answers, "comment": comments}


def test_state_is_the_segment(olist: FinishedRun) -> None:
    states = {
        row["customer_unique_id"]: row["customer_state"] for row in olist.landed(FILES["customers"])
    }
    found = dict(olist.rows("select segment, count(*) from marts.mart_customer_360 group by 1"))
    assert found == dict(Counter(states.values()))


def late_at(order: dict[str, str], end: datetime) -> datetime | None:
    """Give the promised moment of an order that came later, or has not come by the end."""
    if order["order_status"] in {"canceled", "unavailable"}:
        return None
    promised = moment(order["order_estimated_delivery_date"], LAYOUT, ZONE)
    delivered = moment(order["order_delivered_customer_date"], LAYOUT, ZONE)
    if promised is None or (delivered is None and order["order_status"] == "delivered"):
        return None
    return promised if (delivered or end) > promised else None


def test_late_deliveries_are_those_of_the_files_and_spoil_satisfaction(
    olist: FinishedRun, orders: list[dict[str, str]], reviews: list[dict[str, str]]
) -> None:
    end = datetime(2018, 11, 1)
    late = {order["order_id"]: late_at(order, end) for order in orders}
    events, status, answers_after, after, answers_otherwise, otherwise, effect, upper = olist.row(
        "select events, effect_status, answers_after, satisfaction_after, answers_otherwise,"
        " satisfaction_otherwise, satisfaction_effect, satisfaction_effect_upper"
        " from marts.mart_friction_points where detector_id = 'late_delivery'"
        " and segment = 'all' and period_grain = 'all'"
    )
    assert events == sum(found is not None for found in late.values())
    assert status == "too little data", "nearly everybody buys once, so nobody stays to be lost"
    assert answers_after + answers_otherwise == len(reviews)
    satisfied: dict[bool, list[bool]] = defaultdict(list)
    for review in reviews:
        since = late.get(review["order_id"])
        answered = moment(review["review_answer_timestamp"], LAYOUT, ZONE)
        assert answered is not None
        is_after = since is not None and timedelta() <= answered - since <= timedelta(days=30)
        satisfied[is_after].append(int(review["review_score"]) >= 4)
    # In this sample nobody's order but the reviewed one is late within the days.
    assert answers_after == len(satisfied[True])
    assert after == pytest.approx(mean(satisfied[True]), abs=1e-12)
    assert otherwise == pytest.approx(mean(satisfied[False]), abs=1e-12)
    assert upper < -0.4
    assert effect == pytest.approx(after - otherwise, abs=1e-12)
