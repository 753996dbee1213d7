"""Friction where no source supplies anything."""

from __future__ import annotations

from tests.dbt.conftest import CORE, MakeWarehouse

TEMPLATE = (
    f"{CORE} int_service_tickets int_service_contacts int_journey_touchpoints"
    " int_journey_interactions fct_journey_visits"
    " int_journey_instances int_journey_required_steps fct_journey_steps fct_journeys"
    " int_revenue_items int_customer_values int_scored_answers int_survey_verdicts"
)


def test_friction_says_no_data_when_all_streams_are_empty(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(TEMPLATE)
    for relation in ("fct_web_sessions", "fct_comment_signals", "bridge_comment_themes"):
        warehouse.relation(f"marts.{relation}")
    warehouse.build("path:models/marts/friction")
    assert warehouse.rows("select count(*) from marts.mart_friction_points") == [(0,)]
    for helper in ("int_friction_events", "int_bad_experiences", "int_experience_effects"):
        assert warehouse.rows(f"select count(*) from core.{helper}") == [(0,)], helper
    assert warehouse.rows(
        "select distinct status, customers, churn_effect from marts.mart_moments_that_matter"
    ) == [("no data", 0, None)]
    assert warehouse.rows("select status, effect from marts.mart_action_effects") == [
        ("no data", None)
    ]
