"""What was planted in the demo company's help desk is found again in the service marts."""

from __future__ import annotations

import csv
import math

import pytest

from demo.truths import TRUTHS
from orchestration.settings import DBT_PROJECT_DIR
from tests.e2e.conftest import FinishedRun

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("share", "planted"),
    [
        ("reopen_rate", TRUTHS.support.reopen_probability),
        ("handoff_rate", TRUTHS.support.transfer_probability),
    ],
)
def test_planted_shares_are_found_within_their_interval(
    demo_run: FinishedRun, share: str, planted: float
) -> None:
    ((lower, upper),) = demo_run.rows(
        f"select {share}_lower, {share}_upper from mart_service_performance "
        "where period_grain = 'all' and dimension = 'all'"
    )
    # Wider than 95 %, so that one unlucky company in twenty does not fail the build.
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    assert planted == pytest.approx(middle, abs=2 * half)


def test_hand_offs_lower_satisfaction_and_take_longer(demo_run: FinishedRun) -> None:
    ((effect, is_different, hours, unchanged_hours),) = demo_run.rows(
        "select satisfaction_effect, is_satisfaction_different, hours_p50, unchanged_hours_p50 "
        "from mart_channel_switching "
        "where segment = 'all' and change_kind = 'team' and from_value = 'any'"
    )
    assert effect < 0
    assert is_different
    assert hours > unchanged_hours


def test_what_is_open_in_the_end_is_what_was_planted_as_unsolved(demo_run: FinishedRun) -> None:
    ((tickets, solved),) = demo_run.rows(
        "select tickets, solved from mart_service_performance "
        "where period_grain = 'all' and dimension = 'all'"
    )
    ((still_open,),) = demo_run.rows(
        "select open_at_end from mart_service_backlog where team = 'all' "
        "order by calendar_date desc limit 1"
    )
    assert still_open == tickets - solved
    # Tickets of the last days are on their way and come on top.
    assert still_open / tickets == pytest.approx(TRUTHS.support.unsolved_probability, abs=0.025)


def assert_share(found: float, trials: int, planted: float) -> None:
    """Four standard errors: a true statement fails once in about 15,000 draws."""
    margin = 4 * math.sqrt(planted * (1 - planted) / trials)
    assert found == pytest.approx(planted, abs=margin), f"{found} of {trials}, planted {planted}"


def test_one_touch_resolution_is_as_planted_when_nothing_went_wrong(demo_run: FinishedRun) -> None:
    ((once, plain, again_once),) = demo_run.rows(
        "select avg((touch_class = 'one_touch')::int) filter (where is_plain),"
        " count(*) filter (where is_plain),"
        " count(*) filter (where not is_plain and touch_class = 'one_touch')"
        " from (select touch_class, handoff_count + reopen_count = 0 as is_plain"
        " from fct_ticket_service where is_solved)"
    )
    assert_share(once, plain, TRUTHS.support.one_reply_probability)
    assert again_once == 0


def test_tickets_on_hold_are_as_many_as_planted_and_take_longer(demo_run: FinishedRun) -> None:
    ((share, tickets, held, never_held),) = demo_run.rows(
        "select avg((on_hold_hours > 0)::int), count(*),"
        " median(resolution_hours) filter (where on_hold_hours > 0),"
        " median(resolution_hours) filter (where on_hold_hours = 0)"
        " from fct_ticket_service where is_solved"
    )
    assert_share(share, tickets, TRUTHS.support.hold_share)
    assert held > 3 * never_held


def test_customers_and_agents_wait_in_turn(demo_run: FinishedRun) -> None:
    """All the time until the solution is somebody's wait, the customer's or the agent's."""
    ((unequal, agents_waited),) = demo_run.rows(
        "select count(*) filter (where abs(requester_wait_hours + agent_wait_hours"
        " - resolution_hours) > 0.01 and reopen_count = 0),"
        " count(*) filter (where (agent_wait_hours > 0) <> (touch_class <> 'one_touch')"
        " and reopen_count = 0)"
        " from fct_ticket_service where is_solved"
    )
    assert (unequal, agents_waited) == (0, 0)


def test_reopened_tickets_are_returns_of_the_support_journey(demo_run: FinishedRun) -> None:
    ((reopened, without_return),) = demo_run.rows(
        "select count(*), count(*) filter (where journeys.return_count = 0)"
        " from fct_ticket_service as tickets"
        " inner join fct_journeys as journeys on journeys.related_id = tickets.ticket_id"
        " where journeys.journey_id = 'support' and tickets.reopen_count > 0 and tickets.is_solved"
    )
    assert reopened > 50
    assert without_return == 0


def test_each_step_of_a_mailing_keeps_the_planted_share(demo_run: FinishedRun) -> None:
    steps = [count for (count,) in demo_run.rows(
        "select instances from mart_journey_funnel where journey_id = 'campaign'"
        " and segment = 'all' and period_grain = 'all' order by step_number"
    )]  # fmt: skip
    mailings = TRUTHS.mailings
    planted = [
        mailings.open_probability,
        mailings.click_probability,
        mailings.landing_probability,
        mailings.redeem_probability,
    ]
    assert len(steps) == 1 + len(planted)
    for before, reached, share in zip(steps, steps[1:], planted, strict=False):
        assert_share(reached / before, before, share)


def test_help_is_looked_for_on_help_pages_alone(demo_run: FinishedRun) -> None:
    pages = {page for (page,) in demo_run.rows("select distinct page from mart_self_service")}
    assert pages == {"all", "/help/billing", "/help/import", "/help/reports", "/help/users"}


def test_every_friction_that_the_company_can_have_is_found(demo_run: FinishedRun) -> None:
    """No parcel is lost and sent again, so no order goes back to an earlier step."""
    with (DBT_PROJECT_DIR / "seeds/friction/friction_detectors.csv").open(newline="") as seed:
        detectors = {row["detector_id"] for row in csv.DictReader(seed)}
    found = {
        detector for (detector,) in demo_run.rows("select detector_id from mart_friction_points")
    }
    assert detectors - found == {"rework_purchase"}
