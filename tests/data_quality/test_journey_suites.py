"""The suites of journeys, friction and repurchase: each rule holds on sound rows and can fail."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from data_quality.catalogue import list_suites
from data_quality.runner import validate
from tests.data_quality.conftest import MOMENT

SOUND: dict[str, str] = {
    "marts.fct_journey_visits": """
        select 'i' || n as journey_instance_id, 'j' as journey_id, v as visit_number,
            'contact' as touchpoint_id,
            case when v > 1 then 'contact' end as previous_touchpoint_id,
            case when v > 1 then 60.0 end as seconds_from_previous,
            'all' as segment, v = 2 as is_last
        from range(100) as instances(n), range(1, 3) as visits(v)
    """,
    "marts.fct_journey_steps": """
        select 'i' || n || ':' || s as journey_step_id, 'j' as journey_id, s as step_number,
            'contact' as touchpoint_id, timestamp '2026-01-01' as reached_at,
            s * 2.0 as hours_from_start, case when s > 0 then 2.0 end as hours_from_previous,
            case when s > 0 then n > 1 end as is_late, 1 as visit_count
        from range(100) as instances(n), range(2) as steps(s)
    """,
    "marts.fct_journey_deviations": """
        select 'i' as journey_instance_id, 'j' as journey_id, 'all' as segment,
            timestamp '2026-01-05' as started_at, date '2026-01-01' as start_month,
            'completed' as outcome, deviation,
            case when deviation = 'late' then 1 end as step_number, 'contact' as touchpoint_id
        from (values ('late'), ('undeclared')) as rows(deviation)
    """,
    "marts.mart_journey_deviations": """
        select 'j' as journey_id, 'all' as segment, 'all' as period_grain,
            date '2026-01-01' as period_start, 'skipped' as deviation, 1 as step_number,
            'contact' as touchpoint_id, 100 as instances, 0.5 as share, 60 as completed,
            20 as abandoned, 0.75 as completion_rate, 0.5 as completion_rate_without
    """,
    "marts.mart_friction_customers": """
        select 'reopen' as detector_id, 'c' || n as customer_id, 'all' as segment, n as events,
            timestamp '2026-01-01' as first_at, timestamp '2026-01-01' + to_days(n - 1) as last_at,
            0.0 as minutes_lost, true as is_active, 10.0 as annual_value_amount,
            'EUR' as currency
        from (values (1), (2)) as rows(n)
    """,
    "marts.mart_repurchase_curve": """
        select 'all' as dimension, 'all' as dimension_value, n as gap_days,
            10 - n as at_risk_count, 1 as event_count, 0.1 + n * 0.1 as returned_share,
            n * 0.1 as returned_share_lower, 0.2 + n * 0.1 as returned_share_upper
        from range(5) as days(n)
    """,
}
# What spoils the sound rows, and the rule that must notice it.
SPOILT = [
    ("marts.fct_journey_visits", "time_does_not_run_back",
     "update {t} set seconds_from_previous = -1 where visit_number = 2"),
    ("marts.fct_journey_visits", "only_the_start_follows_nothing",
     "update {t} set previous_touchpoint_id = null where visit_number = 2"),
    ("marts.fct_journey_visits", "visits_are_journeys_and_no_lists",
     "insert into {t} select visits.* exclude (is_last), false from {t} as visits, range(400)"),
    ("marts.fct_journey_steps", "hours_add_up",
     "update {t} set hours_from_previous = 3 where step_number = 1"),
    ("marts.fct_journey_steps", "the_start_is_at_the_start",
     "update {t} set is_late = true where step_number = 0"),
    ("marts.fct_journey_steps", "a_reached_step_was_visited", "update {t} set visit_count = 0"),
    ("marts.fct_journey_steps", "expected_times_can_be_kept",
     "update {t} set is_late = true where step_number = 1"),
    ("marts.fct_journey_deviations", "undeclared_alone_has_no_step",
     "update {t} set step_number = null"),
    ("marts.fct_journey_deviations", "the_start_is_never_missed",
     "update {t} set step_number = 0 where deviation = 'late'"),
    ("marts.fct_journey_deviations", "month_is_that_of_the_start",
     "update {t} set start_month = date '2026-02-01'"),
    ("marts.mart_journey_deviations", "shares_are_shares", "update {t} set share = 1.1"),
    ("marts.mart_journey_deviations", "outcomes_are_within_instances",
     "update {t} set completed = 90, abandoned = 30"),
    ("marts.mart_journey_deviations", "rate_is_of_those_that_are_over",
     "update {t} set completion_rate = 0.6"),
    ("marts.mart_journey_deviations", "not_everybody_deviates", "update {t} set share = 1"),
    ("marts.mart_friction_customers", "events_fit_their_times",
     "update {t} set last_at = first_at - interval 1 day"),
    ("marts.mart_friction_customers", "time_lost_is_a_time", "update {t} set minutes_lost = -1"),
    ("marts.mart_friction_customers", "amounts_name_their_currency",
     "update {t} set currency = null"),
    ("marts.mart_repurchase_curve", "share_lies_in_its_interval",
     "update {t} set returned_share_lower = 0.9"),
    ("marts.mart_repurchase_curve", "curve_never_falls",
     "update {t} set at_risk_count = 20 where gap_days = 4"),
    ("marts.mart_repurchase_curve", "events_are_of_those_at_risk",
     "update {t} set event_count = 11"),
]  # fmt: skip
SUITES = {suite.table: suite for suite in list_suites() if suite.table in SOUND}


def broken_rules(path: Path, table: str, spoil: str = "") -> set[str]:
    """Give the rules of a table's suite that do not hold on its sound rows once spoilt."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(f"create or replace table {table} as {SOUND[table]}")
        if spoil:
            connection.execute(spoil.format(t=table))
    run = validate(path, catalogue=[SUITES[table]], run_id="r", validated_at=MOMENT)
    found = [row for suite in run.suites for row in suite.rows]
    assert not [row.error for row in found if row.error]
    return {row.rule for row in found if not row.success}


@pytest.mark.parametrize("table", sorted(SOUND))
def test_no_rule_breaks_when_rows_are_sound(tmp_path: Path, table: str) -> None:
    assert broken_rules(tmp_path / "w.duckdb", table) == set()


@pytest.mark.parametrize(("table", "rule", "spoil"), SPOILT, ids=[rule for _, rule, _ in SPOILT])
def test_a_rule_breaks_when_rows_are_spoilt(
    tmp_path: Path, table: str, rule: str, spoil: str
) -> None:
    assert rule in broken_rules(tmp_path / "w.duckdb", table, spoil)


def test_every_rule_is_spoilt_once() -> None:
    rules = {(table, e.rule) for table, suite in SUITES.items() for e in suite.expectations}
    assert rules == {(table, rule) for table, rule, _ in SPOILT}
