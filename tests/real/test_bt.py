"""BT verbatims: the published NPS figures, and that no message is lost.

The reference figures do not share a base. The one over all, −24.69, leaves the 32 messages without
a score out of the base, as the definition of NPS says; those by stage, −9.89 and −28.78, count
them in. By the definition the stages are −9.98 and −29.29. Both are asserted here.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from .conftest import Finish, FinishedRun, moment

FILE = "verbatim.csv.gz"
TOUCHPOINTS = {
    "Order": "order_setup",
    "Equipment Received": "equipment_received",
    "First Payment": "first_payment",
    "Service in Use": "service_in_use",
}


@pytest.fixture(scope="session")
def bt(finish_run: Finish) -> FinishedRun:
    return finish_run("bt", "bt_verbatims", date(2018, 6, 30))


@pytest.fixture(scope="session")
def messages(bt: FinishedRun) -> list[dict[str, str]]:
    return bt.landed(FILE)


def nps(scores: list[int], base: int) -> float:
    return 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / base


def test_every_message_is_accounted_for(bt: FinishedRun, messages: list[dict[str, str]]) -> None:
    ledger = bt.row(
        "select rows_in, rows_loaded, rows_quarantined, rows_duplicate from quality.load_ledger"
    )
    assert ledger == (len(messages), len(messages), 0, 0)
    assert len(messages) == 2385
    comments = Counter(message["text"].strip() for message in messages)
    found = Counter(text for (text,) in bt.rows("select comment_text from core.fct_feedback"))
    assert found == comments


def test_messages_without_a_score_are_comments_and_no_answers(
    bt: FinishedRun, messages: list[dict[str, str]]
) -> None:
    unscored = sum(not message["NPS_SCORE"] for message in messages)
    assert unscored == 32
    answers, comments = bt.row(
        "select (select count(*) from core.fct_survey_answers where score is not null),"
        " (select count(*) from core.fct_feedback)"
    )
    assert answers == len(messages) - unscored
    assert comments == len(messages)
    assert bt.row("select count(*) from core.fct_feedback where rating is null") == (unscored,)


def test_nps_over_all_is_the_published_figure(bt: FinishedRun) -> None:
    n, value = bt.row(
        "select n, value from marts.fct_cx_metrics"
        " where metric = 'NPS' and period_grain = 'all' and dimension = 'overall'"
    )
    assert n == 2353
    assert round(float(str(value)), 2) == -24.69


@pytest.mark.parametrize(
    ("stage", "by_definition", "published"),
    [("Order", -9.98, -9.89), ("First Payment", -29.29, -28.78)],
)
def test_nps_of_a_stage_by_the_definition_and_as_published(
    bt: FinishedRun,
    messages: list[dict[str, str]],
    stage: str,
    by_definition: float,
    published: float,
) -> None:
    scores = [
        int(message["NPS_SCORE"])
        for message in messages
        if message["SURVEY_SUB_TYPE"] == stage and message["NPS_SCORE"]
    ]
    n, value = bt.row(
        "select n, value from marts.fct_cx_metrics where metric = 'NPS' and period_grain = 'all'"
        " and dimension = 'touchpoint' and dimension_value = ?",
        TOUCHPOINTS[stage],
    )
    assert n == len(scores)
    assert value == pytest.approx(nps(scores, len(scores)), abs=1e-9)
    assert round(nps(scores, len(scores)), 2) == by_definition

    (everyone,) = bt.row(
        "select count(*) from core.fct_feedback where touchpoint_id = ?", TOUCHPOINTS[stage]
    )
    with_the_unscored = float(str(value)) * int(str(n)) / int(str(everyone))
    assert round(with_the_unscored, 2) == published


def test_dates_are_day_first_and_london_time(
    bt: FinishedRun, messages: list[dict[str, str]]
) -> None:
    expected = Counter(
        moment(message["CUSTOMER_RESPONSE_DATE"], "%d/%m/%Y %H:%M", "Europe/London")
        for message in messages
    )
    found = Counter(at for (at,) in bt.rows("select occurred_at from core.fct_feedback"))
    assert found == expected


def test_contact_details_are_masked(bt: FinishedRun, messages: list[dict[str, str]]) -> None:
    assert any("01736 810570" in message["text"] for message in messages)
    leaks = bt.row(
        "select count(*) from marts.mart_voice_comments where comment_redacted like '%810570%'"
        " or regexp_matches(comment_redacted, '[[:alnum:]._-]+@[[:alnum:]-]+[.][[:alnum:]]+')"
    )
    assert leaks == (0,)


def test_nobody_is_made_up_when_no_customer_is_known(bt: FinishedRun) -> None:
    for mart in (
        "mart_customer_360",
        "mart_customer_timeline",
        "mart_churn_risk",
        "mart_case_queue",
    ):
        assert bt.row(f"select count(*) from marts.{mart}") == (0,)
    assert bt.row(
        "select count(*) from marts.mart_touchpoint_impact where touchpoint_id = 'order_setup'"
    ) == (1,)
