"""Which figure of which mart each metric has to equal, and by what both are grouped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question to MetricFlow and the query on the marts that gives the same rows.

    The query's columns are those of ``by``, then those of ``metrics``. Groups in which every metric
    is null stand for "no data" and are left out on both sides.
    """

    name: str
    metrics: tuple[str, ...]
    by: tuple[str, ...]
    mart: str
    where: tuple[str, ...] = ()


MONTH = "metric_time__month"

JOURNEYS = (
    "journeys_started", "journeys_completed", "journeys_abandoned", "journey_conversion_rate",
    "journey_abandonment_rate", "journey_return_share", "journey_fitness",
)  # fmt: skip
CONFORMANCE = """
    instances, completed, abandoned, completed * 1.0 / nullif(completed + abandoned, 0),
    abandoned * 1.0 / nullif(completed + abandoned, 0), return_share, fitness
    from marts.mart_journey_conformance
"""
TICKETS = (
    "tickets_opened", "tickets_solved", "first_reply_hours_p50", "first_reply_hours_p90",
    "first_reply_business_hours_p50", "resolution_hours_p50", "resolution_hours_p90",
    "resolution_business_hours_p50", "one_touch_share", "reopen_rate", "handoff_rate",
    "ticket_csat",
)  # fmt: skip
SERVICE = """
    tickets, solved, first_reply_hours_p50, first_reply_hours_p90,
    first_reply_business_hours_p50, resolution_hours_p50, resolution_hours_p90,
    resolution_business_hours_p50, one_touch_share, reopen_rate, handoff_rate, csat
    from marts.mart_service_performance
"""
PROMISES = ("first_reply_sla_share", "resolution_sla_share")
CONTACTS = ("service_contacts", "failure_demand_share", "failure_demand_cost_amount")
# The mart writes 0 where MetricFlow, of no contacts at all, has nothing to add up.
DEMAND = """
    all_contacts, share_of_contacts, nullif(cost_amount, 0)
    from marts.mart_failure_demand
    where proxy_id = 'failure_demand' and period_grain = 'month'
"""
COSTS = ("contact_cost_amount", "unguarded_contact_cost", "contacting_customers")
SERVING = (*COSTS, "cost_to_serve_amount", "contact_currencies")
SERVED = """
    cost_amount, cost_amount, contacting_customers, cost_amount / contacting_customers,
    case when currency is not null then 1 end
    from marts.mart_cost_to_serve
"""
LAST_YEAR = (
    "{{ TimeDimension('metric_time', 'day') }} >= '2025-07-01'",
    "{{ Entity('customer') }} is not null",
)
ATTEMPTS = (
    "self_service_attempts", "self_service_failures", "self_service_decided",
    "self_service_failure_rate",
)  # fmt: skip
SELF_SERVICE = """
    attempts, failed, succeeded + failed, 1 - success_rate
    from marts.mart_self_service where period_grain = 'month'
"""
ANSWERS = (
    "survey_answers", "favourable_answers", "survey_scales", "mean_survey_score",
    "unguarded_survey_score",
)  # fmt: skip
MOVEMENTS = (
    "churn_rate", "gross_revenue_retention_rate", "net_revenue_retention_rate",
    "revenue_churn_rate", "arpu_amount", "repeat_rate", "repeat_spend_amount",
    "repeat_spend_share", "order_count",
)  # fmt: skip
RETENTION = """
    churn_rate, gross_revenue_retention_rate, net_revenue_retention_rate,
    1 - gross_revenue_retention_rate, arpu_amount, repeat_rate, returning_spend_amount,
    returning_spend_share, order_count
    from marts.mart_retention where period_grain = 'month'
"""
MOVED = (
    "retention_scopes", "customers_at_start", "lost_customers", "customers_at_end",
    "start_mrr_amount", "kept_mrr_amount", "expansion_mrr_amount", "buyers", "returning_buyers",
    "order_spend_amount", "returning_spend_amount", "period_income_amount",
)  # fmt: skip
YEARLY = ("gross_revenue_retention_rate_12_months", "net_revenue_retention_rate_12_months")
ACQUISITION = (
    "acquisition_spend_amount", "cac_amount", "credited_new_customers", "visitor_conversion_rate",
    "trial_conversion_rate", "unguarded_acquisition_spend", "unguarded_new_customers",
    "acquisition_currencies", "visitors", "converted_visitors", "trials", "converted_trials",
)  # fmt: skip
WON = """
    spend_amount, cac_amount, credited_customers, visitor_conversion_rate, trial_conversion_rate,
    spend_amount, credited_customers, 1, visitors, converted_visitors, trials, converted_trials
    from marts.mart_acquisition
"""
RISK = (
    "active_customers", "at_risk_customers", "expected_loss_amount", "unguarded_expected_loss",
    "risk_currencies",
)  # fmt: skip
LEAVING = """
    active_customers, at_risk_customers, expected_loss_amount, expected_loss_amount, 1
    from marts.mart_value_at_risk
"""


def survey(metric: str) -> list[Case]:
    """Return the cases of one survey metric and of its invitations."""
    name = metric.lower()
    figures = f"from marts.fct_cx_metrics where metric = '{metric}'"
    surveys = (
        "{{ Dimension('invitation__survey') }} in (select survey_id"
        f" from reference.survey_questions where metric = '{metric}')"
    )
    return [
        Case(
            name=f"{name} by month and segment",
            metrics=(name,),
            by=(MONTH, "answer__segment", "answer__scale"),
            mart=f"select period_start, dimension_value, scale, value {figures}"
            " and period_grain = 'month' and dimension = 'segment'",
            where=(f"{{{{ Dimension('answer__survey_metric') }}}} = '{metric}'",),
        ),
        Case(
            name=f"{name} by quarter and channel",
            metrics=(name,),
            by=("metric_time__quarter", "answer__channel"),
            mart=f"select period_start, dimension_value, value {figures}"
            " and period_grain = 'quarter' and dimension = 'channel'",
            where=(f"{{{{ Dimension('answer__survey_metric') }}}} = '{metric}'",),
        ),
        Case(
            name=f"invitations of {name} by month",
            metrics=("survey_invitations", "survey_response_rate"),
            by=(MONTH,),
            mart=f"select period_start, invited, response_rate {figures}"
            " and period_grain = 'month' and dimension = 'overall' and invited is not null",
            where=(surveys,),
        ),
    ]


CASES = [
    Case(
        name="journeys by month and segment",
        metrics=JOURNEYS,
        by=("journey_instance__journey", MONTH, "journey_instance__segment"),
        mart="select journey_id, period_start, segment,"
        f"{CONFORMANCE} where period_grain = 'month' and segment <> 'all'",
    ),
    Case(
        name="journeys over all",
        metrics=JOURNEYS,
        by=("journey_instance__journey",),
        mart=f"select journey_id, {CONFORMANCE} where period_grain = 'all' and segment = 'all'",
    ),
    Case(
        name="journeys by persona at the start",
        metrics=JOURNEYS[:4],
        by=("journey_instance__journey", "journey_instance__persona"),
        mart="select journey_id, dimension_value, instances, completed, abandoned,"
        " completion_rate from marts.mart_journey_personas"
        " where dimension = 'persona' and step_number = 0",
    ),
    Case(
        name="journeys by state of the relationship at the start",
        metrics=JOURNEYS[:4],
        by=("journey_instance__journey", "journey_instance__lifecycle_state"),
        mart="select journey_id, dimension_value, instances, completed, abandoned,"
        " completion_rate from marts.mart_journey_personas"
        " where dimension = 'lifecycle_state' and step_number = 0",
    ),
    Case(
        name="durations by journey, month and segment",
        metrics=("journey_duration_hours_p50", "journey_duration_hours_p90"),
        by=("journey_instance__journey", MONTH, "journey_instance__segment"),
        mart="select journey_id, start_month, segment, quantile_cont(duration_hours, 0.5),"
        " quantile_cont(duration_hours, 0.9) from marts.fct_journeys"
        " where outcome = 'completed' group by all",
    ),
    Case(
        name="web sessions by month and marketing channel",
        metrics=(
            "web_sessions",
            "time_on_site_seconds_p50",
            "web_bounce_rate",
            "rage_click_session_share",
        ),
        by=(MONTH, "web_session__marketing_channel"),
        mart="select date_trunc('month', started_at), coalesce(marketing_channel, 'unknown'),"
        " count(*), quantile_cont(seconds_on_site, 0.5), count(*) filter (is_bounced) / count(*),"
        " count(*) filter (rage_click_count > 0) / count(*)"
        " from marts.fct_web_sessions group by all",
    ),
    *[case for metric in ("NPS", "CSAT", "CES", "PSAT", "OSAT") for case in survey(metric)],
    Case(
        name="answers by month, segment and scale",
        metrics=ANSWERS,
        by=(MONTH, "answer__survey_metric", "answer__scale", "answer__segment"),
        mart="select period_start, metric, scale, dimension_value, n, favourable_count, 1,"
        " mean_score, mean_score from marts.fct_cx_metrics"
        " where period_grain = 'month' and dimension = 'segment'",
    ),
    Case(
        name="tickets by month and segment",
        metrics=TICKETS,
        by=(MONTH, "ticket__segment"),
        mart=f"select period_start, dimension_value, {SERVICE}"
        " where period_grain = 'month' and dimension = 'segment'",
    ),
    Case(
        name="tickets by team over all time",
        metrics=TICKETS,
        by=("ticket__team",),
        mart=f"select dimension_value, {SERVICE} where period_grain = 'all' and dimension = 'team'",
    ),
    Case(
        name="promises by month and segment",
        metrics=PROMISES,
        by=(MONTH, "promise_target__segment"),
        mart="select period_start, dimension_value, first_reply_sla_share, resolution_sla_share"
        " from marts.mart_service_performance"
        " where period_grain = 'month' and dimension = 'segment'",
    ),
    Case(
        name="promises by priority of their ticket",
        metrics=PROMISES,
        by=("ticket__priority",),
        mart="select dimension_value, first_reply_sla_share, resolution_sla_share"
        " from marts.mart_service_performance"
        " where period_grain = 'all' and dimension = 'priority'",
    ),
    Case(
        name="contacts by month and segment",
        metrics=CONTACTS,
        by=(MONTH, "contact__segment"),
        mart=f"select period_start, segment, {DEMAND} and reason = 'all' and segment <> 'all'",
    ),
    Case(
        name="contacts by month and reason",
        metrics=CONTACTS,
        by=(MONTH, "contact__reason"),
        mart=f"select period_start, reason, {DEMAND} and reason <> 'all' and segment = 'all'",
    ),
    Case(
        name="cost to serve by segment",
        metrics=SERVING,
        by=("contact__segment",),
        mart=f"select segment, {SERVED} where cost_level = 'segment' and channel_id = 'all'",
        where=LAST_YEAR,
    ),
    Case(
        name="cost to serve by channel",
        metrics=SERVING,
        by=("contact__channel",),
        mart=f"select channel_id, {SERVED} where cost_level = 'all' and channel_id <> 'all'",
        where=LAST_YEAR,
    ),
    Case(
        name="self-service by month and segment",
        metrics=ATTEMPTS,
        by=(MONTH, "self_service__segment"),
        mart=f"select period_start, segment, {SELF_SERVICE} and segment <> 'all' and page = 'all'",
    ),
    Case(
        name="self-service by month",
        metrics=ATTEMPTS,
        by=(MONTH,),
        mart=f"select period_start, {SELF_SERVICE} and segment = 'all' and page = 'all'",
    ),
    Case(
        name="retention by month and segment",
        metrics=MOVEMENTS,
        by=(MONTH, "retention__segment", "retention__churn_basis", "retention__currency"),
        mart="select date_trunc('month', period_end), segment, churn_basis, currency,"
        f" {RETENTION} and segment <> 'all'",
    ),
    Case(
        name="retention by month",
        metrics=MOVEMENTS,
        by=(MONTH, "retention__churn_basis", "retention__currency"),
        mart="select date_trunc('month', period_end), churn_basis, currency,"
        f" {RETENTION} and segment = 'all'",
    ),
    Case(
        name="retention over a year",
        metrics=YEARLY,
        by=(MONTH, "retention__segment"),
        mart="select date_trunc('month', period_end), segment, gross_revenue_retention_rate,"
        " net_revenue_retention_rate from marts.mart_retention"
        " where period_grain = 'twelve_months' and segment <> 'all'",
    ),
    Case(
        name="movements by quarter and segment",
        metrics=MOVED,
        by=(MONTH, "retention__segment", "retention__churn_basis", "retention__currency"),
        mart="select date_trunc('month', period_end), segment, churn_basis, currency, 1,"
        " customers_at_start, lost_customers, customers_at_end, start_mrr_amount,"
        " start_mrr_amount - lost_mrr_amount - contraction_mrr_amount, expansion_mrr_amount,"
        " buyers, returning_buyers, new_spend_amount + returning_spend_amount,"
        " returning_spend_amount, case when churn_basis = 'contractual' then end_mrr_amount"
        " else new_spend_amount + returning_spend_amount end"
        " from marts.mart_retention where period_grain = 'quarter' and segment <> 'all'",
        where=("{{ Dimension('retention__period_grain') }} = 'quarter'",),
    ),
    Case(
        name="acquisition by month and channel",
        metrics=ACQUISITION,
        by=(MONTH, "acquisition__marketing_channel", "acquisition__currency"),
        mart=f"select period_start, marketing_channel, currency, {WON}"
        " where period_grain = 'month' and marketing_channel <> 'all'",
    ),
    Case(
        name="acquisition by quarter",
        metrics=ACQUISITION,
        by=("metric_time__quarter", "acquisition__currency"),
        mart=f"select period_start, currency, {WON}"
        " where period_grain = 'quarter' and marketing_channel = 'all'",
    ),
    Case(
        name="revenue by month and stage",
        metrics=("revenue_amount", "unguarded_revenue", "revenue_scopes"),
        by=(MONTH, "stage_revenue__stage_set", "stage_revenue__stage", "stage_revenue__currency"),
        mart="select period_start, stage_set, stage_id, currency, revenue_amount, revenue_amount, 1"
        " from marts.mart_stage_revenue where period_grain = 'month'",
    ),
    Case(
        name="risk by segment",
        metrics=RISK,
        by=("customer__risk_segment", "customer__risk_currency"),
        mart=f"select segment, currency, {LEAVING} where segment <> 'all'",
    ),
]
