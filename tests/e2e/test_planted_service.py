"""What was planted in the demo company's help desk is found again in the service marts."""

from __future__ import annotations

import pytest

from demo.truths import TRUTHS
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
