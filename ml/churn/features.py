"""The features the churn model may use, and their words.

A column that is not listed here is never learned from: the list is the guard against a column
that is filled in after the customer left.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ml.meanings import Meaning

FEATURES: Mapping[str, Meaning] = MappingProxyType(
    {
        "tenure_days": Meaning(
            label="Days since the customer started",
            topic="tenure",
            high="Customer for {value:,.0f} days (typical {typical:,.0f})",
            low="Customer for only {value:,.0f} days (typical {typical:,.0f})",
        ),
        "mrr_amount": Meaning(
            label="Monthly recurring revenue",
            topic="plan",
            high="Pays {value:,.0f} a month (typical {typical:,.0f})",
            low="Pays only {value:,.0f} a month (typical {typical:,.0f})",
        ),
        "seats": Meaning(
            label="Seats",
            topic="plan",
            high="{value:,.0f} seats (typical {typical:,.0f})",
            low="Only {value:,.0f} seats (typical {typical:,.0f})",
        ),
        "seat_price_amount": Meaning(
            label="Price a seat and month",
            topic="plan",
            high="Pays {value:,.2f} a seat and month (typical {typical:,.2f})",
            low="On a small plan: {value:,.2f} a seat and month (typical {typical:,.2f})",
        ),
        "mrr_change_180d_share": Meaning(
            label="Change of revenue in 180 days (share)",
            topic="plan",
            high="Pays {size:.0f} % more than 180 days ago (typical {typical:+.0f} %)",
            low="Pays {value:+.0f} % against 180 days ago (typical {typical:+.0f} %)",
            fallen="Pays {size:.0f} % less than 180 days ago (typical {typical:+.0f} %)",
            scale=100,
        ),
        "downgrade_count_180d": Meaning(
            label="Downgrades in 180 days",
            topic="plan",
            high="{value:.0f} downgrade(s) in 180 days",
        ),
        "contract_months": Meaning(
            label="Contract length in months",
            topic="contract",
            high="Contract of {value:.0f} months (typical {typical:.0f})",
            low="Short contract: {value:.0f} month(s) (typical {typical:.0f})",
        ),
        "days_to_renewal": Meaning(
            label="Days to the next renewal",
            topic="contract",
            high="Next renewal in {value:.0f} days (typical {typical:.0f})",
            low="Renewal due in {value:.0f} days (typical {typical:.0f})",
        ),
        "is_self_serve": Meaning(
            label="Self-serve customer",
            topic="business model",
            high="Self-serve customer, without an account manager",
        ),
        "seat_utilisation_rate": Meaning(
            label="Seats in use (share)",
            topic="use",
            high="{value:.0f} % of the seats in use (typical {typical:.0f} %)",
            low="Only {value:.0f} % of the seats in use (typical {typical:.0f} %)",
            scale=100,
        ),
        "usage_event_count_30d": Meaning(
            label="Product actions in 30 days",
            topic="use",
            high="{value:,.0f} product actions in 30 days (typical {typical:,.0f})",
            low="Only {value:,.0f} product actions in 30 days (typical {typical:,.0f})",
            missing="No product use on record",
        ),
        "usage_event_count_90d": Meaning(
            label="Product actions in 90 days",
            topic="use",
            high="{value:,.0f} product actions in 90 days (typical {typical:,.0f})",
            low="Only {value:,.0f} product actions in 90 days (typical {typical:,.0f})",
            missing="No product use on record",
        ),
        "usage_change_share": Meaning(
            label="Change of product use, last 30 days against the 30 before (share)",
            topic="use trend",
            high="Product use rose {size:.0f} % against the month before "
            "(typical {typical:+.0f} %)",
            low="Product use rose only {size:.0f} % against the month before "
            "(typical {typical:+.0f} %)",
            fallen="Product use fell {size:.0f} % against the month before "
            "(typical {typical:+.0f} %)",
            scale=100,
        ),
        "usage_long_change_share": Meaning(
            label="Change of product use, last 30 days against the 90 before (share)",
            topic="use trend",
            high="Product use rose {size:.0f} % against its level of the 90 days before "
            "(typical {typical:+.0f} %)",
            low="Product use rose only {size:.0f} % against its level of the 90 days before "
            "(typical {typical:+.0f} %)",
            fallen="Product use fell {size:.0f} % against its level of the 90 days before "
            "(typical {typical:+.0f} %)",
            scale=100,
        ),
        "active_day_count_30d": Meaning(
            label="Days with product use in 30 days",
            topic="use",
            high="Used on {value:.0f} of the last 30 days (typical {typical:.0f})",
            low="Used on only {value:.0f} of the last 30 days (typical {typical:.0f})",
        ),
        "days_since_last_use": Meaning(
            label="Days since the product was last used",
            topic="use",
            high="Product last used {value:.0f} days ago (typical {typical:.0f})",
            missing="No product use on record",
        ),
        "active_feature_count_90d": Meaning(
            label="Features used in 90 days",
            topic="breadth of use",
            high="{value:.0f} features used in 90 days (typical {typical:.0f})",
            low="Only {value:.0f} feature(s) used in 90 days (typical {typical:.0f})",
        ),
        "usage_error_count_30d": Meaning(
            label="Product errors in 30 days",
            topic="errors",
            high="{value:,.0f} product errors in 30 days (typical {typical:,.0f})",
        ),
        "ticket_count_30d": Meaning(
            label="Support tickets in 30 days",
            topic="support load",
            high="{value:.0f} support ticket(s) in 30 days (typical {typical:.0f})",
        ),
        "ticket_count_90d": Meaning(
            label="Support tickets in 90 days",
            topic="support load",
            high="{value:.0f} support ticket(s) in 90 days (typical {typical:.0f})",
            low="Only {value:.0f} support ticket(s) in 90 days (typical {typical:.0f})",
        ),
        "open_ticket_count": Meaning(
            label="Open support tickets",
            topic="open tickets",
            high="{value:.0f} support ticket(s) still open",
        ),
        "oldest_open_ticket_days": Meaning(
            label="Age of the oldest open ticket in days",
            topic="open tickets",
            high="A support ticket has been open for {value:.0f} days",
        ),
        "ticket_reopen_count_90d": Meaning(
            label="Tickets reopened in 90 days",
            topic="unsolved support",
            high="{value:.0f} ticket(s) had to be reopened in 90 days",
        ),
        "ticket_transfer_count_90d": Meaning(
            label="Ticket transfers in 90 days",
            topic="passed around",
            high="Passed between teams {value:.0f} time(s) in 90 days",
        ),
        "mean_resolution_hours_90d": Meaning(
            label="Mean hours to solve a ticket, 90 days",
            topic="slow support",
            high="Tickets took {value:,.0f} hours to solve on average (typical {typical:,.0f})",
        ),
        "slow_resolution_count_90d": Meaning(
            label="Tickets solved after more than 72 hours, 90 days",
            topic="slow support",
            high="{value:.0f} ticket(s) took more than 72 hours to solve",
        ),
        "report_build_count_90d": Meaning(
            label="Reports built in 90 days",
            topic="reports",
            high="{value:,.0f} reports built in 90 days (typical {typical:,.0f})",
            low="Only {value:,.0f} report(s) built in 90 days (typical {typical:,.0f})",
        ),
        "report_build_share_90d": Meaning(
            label="Share of interactions that build a report, 90 days",
            topic="reports",
            high="{value:.0f} % of all interactions build a report (typical {typical:.0f} %)",
            low="Only {value:.0f} % of all interactions build a report (typical {typical:.0f} %)",
            scale=100,
        ),
        "export_count_90d": Meaning(
            label="Exports in 90 days",
            topic="exports",
            high="{value:,.0f} exports in 90 days (typical {typical:,.0f})",
            low="Only {value:,.0f} export(s) in 90 days (typical {typical:,.0f})",
        ),
        "integration_count_90d": Meaning(
            label="Uses of integrations in 90 days",
            topic="integrations",
            high="{value:,.0f} uses of integrations in 90 days (typical {typical:,.0f})",
            low="Only {value:,.0f} use(s) of integrations in 90 days (typical {typical:,.0f})",
        ),
        "payment_failure_count_30d": Meaning(
            label="Failed payments in 30 days",
            topic="payment",
            high="{value:.0f} failed payment(s) in 30 days",
        ),
        "payment_failure_count_90d": Meaning(
            label="Failed payments in 90 days",
            topic="payment",
            high="{value:.0f} failed payment(s) in 90 days",
        ),
        "payment_failure_count_180d": Meaning(
            label="Failed payments in 180 days",
            topic="payment",
            high="{value:.0f} failed payment(s) in 180 days",
        ),
        "unexpected_charge_count_30d": Meaning(
            label="Invoices with an unexpected fee in 30 days",
            topic="unexpected charge",
            high="{value:.0f} invoice(s) with an unexpected fee in 30 days",
        ),
        "unexpected_charge_count_90d": Meaning(
            label="Invoices with an unexpected fee in 90 days",
            topic="unexpected charge",
            high="{value:.0f} invoice(s) with an unexpected fee in 90 days",
        ),
        "last_nps_score": Meaning(
            label="Last NPS answer (0–10)",
            topic="mood",
            high="Last NPS answer {value:.0f} of 10 (typical {typical:.0f})",
            low="Last NPS answer only {value:.0f} of 10 (typical {typical:.0f})",
            missing="No NPS answer so far",
        ),
        "days_since_last_nps": Meaning(
            label="Days since the last NPS answer",
            topic="silence in surveys",
            high="Last NPS answer is {value:.0f} days old (typical {typical:.0f})",
            missing="No NPS answer so far",
        ),
        "last_satisfaction_rate": Meaning(
            label="Last satisfaction answer (0 lowest, 1 highest)",
            topic="mood",
            high="Last satisfaction answer at {value:.0f} % of its scale (typical {typical:.0f} %)",
            low="Last satisfaction answer at {value:.0f} % of its scale (typical {typical:.0f} %)",
            missing="No satisfaction answer so far",
            scale=100,
        ),
        "last_ease_rate": Meaning(
            label="Last answer on ease (0 hardest, 1 easiest)",
            topic="effort",
            high="Last answer on ease at {value:.0f} % of its scale (typical {typical:.0f} %)",
            low="Found it hard: last answer on ease at {value:.0f} % of its scale "
            "(typical {typical:.0f} %)",
            scale=100,
        ),
        "low_score_count_180d": Meaning(
            label="Low survey scores in 180 days",
            topic="mood",
            high="{value:.0f} low survey score(s) in 180 days",
        ),
        "is_onboarded": Meaning(
            label="Onboarding completed",
            topic="onboarding",
            high="Onboarding completed",
            low="Onboarding never completed",
        ),
        "onboarding_days": Meaning(
            label="Days from start to the first report",
            topic="onboarding",
            high="Took {value:.0f} days to the first report (typical {typical:.0f})",
            low="Reached the first report in {value:.0f} days (typical {typical:.0f})",
            missing="Has not reached the first report",
        ),
        "order_recency_days": Meaning(
            label="Days since the last order",
            topic="orders",
            high="Last order {value:.0f} days ago (typical {typical:.0f})",
            low="Last order {value:.0f} days ago (typical {typical:.0f})",
            missing="No order on record",
        ),
        "order_count": Meaning(
            label="Orders so far",
            topic="orders",
            high="{value:.0f} order(s) so far (typical {typical:.0f})",
            low="Only {value:.0f} order(s) so far (typical {typical:.0f})",
        ),
        "order_count_365d": Meaning(
            label="Orders in 365 days",
            topic="orders",
            high="{value:.0f} order(s) in a year (typical {typical:.0f})",
            low="Only {value:.0f} order(s) in a year (typical {typical:.0f})",
        ),
        "order_amount": Meaning(
            label="Value of orders so far",
            topic="order value",
            high="Orders worth {value:,.0f} so far (typical {typical:,.0f})",
            low="Orders worth only {value:,.0f} so far (typical {typical:,.0f})",
        ),
        "late_delivery_count": Meaning(
            label="Orders delivered late",
            topic="delivery",
            high="{value:.0f} order(s) delivered late",
        ),
        "interaction_count_30d": Meaning(
            label="Interactions in 30 days",
            topic="contact",
            high="{value:,.0f} interactions in 30 days (typical {typical:,.0f})",
            low="Only {value:,.0f} interactions in 30 days (typical {typical:,.0f})",
        ),
        "interaction_count_90d": Meaning(
            label="Interactions in 90 days",
            topic="contact",
            high="{value:,.0f} interactions in 90 days (typical {typical:,.0f})",
            low="Only {value:,.0f} interactions in 90 days (typical {typical:,.0f})",
        ),
        "help_article_count_90d": Meaning(
            label="Help articles read in 90 days",
            topic="help seeking",
            high="{value:.0f} help articles read in 90 days (typical {typical:.0f})",
        ),
        "in_app_error_count_90d": Meaning(
            label="Errors met in the product in 90 days",
            topic="errors",
            high="{value:.0f} error(s) met in the product in 90 days (typical {typical:.0f})",
        ),
        "cancellation_request_count_90d": Meaning(
            label="Requests to cancel in 90 days",
            topic="cancellation",
            high="Asked to cancel {value:.0f} time(s) in 90 days",
        ),
    }
)

#: Features of the naive model that a business would build first.
TENURE_FEATURES = ("tenure_days",)
RFM_FEATURES = (
    "days_since_last_use",
    "usage_event_count_90d",
    "mrr_amount",
    "order_recency_days",
    "order_count_365d",
    "order_amount",
)
