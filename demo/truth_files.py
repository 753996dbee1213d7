"""Side files that only a test may read: the true probabilities and traits behind the exports."""

from __future__ import annotations

from pathlib import Path

import duckdb

TRUTH_QUERIES: dict[str, str] = {
    # One row per customer-month at risk, its probability known at the start of the month.
    "churn_hazards": """
        select
            account_id,
            billing_customer_id,
            cast(month_start as date) as month_start_date,
            exposed_days,
            churn_probability_30d,
            churn_probability_90d,
            churn_probability_month,
            usage_decline,
            payment_failure,
            unexpected_charge,
            bad_ticket,
            mood,
            onboarding_unfinished,
            tenure_months,
            (renewal_at is not null)::int as is_renewal_due,
            hazards.segment,
            coalesce(departures.month_index = hazards.month_index, false) as has_churned
        from hazards
        join customers using (n)
        left join departures using (n)
        where departures.month_index is null or hazards.month_index <= departures.month_index
        order by account_id, month_start_date
    """,
    "customers": """
        select
            account_id,
            billing_customer_id,
            email,
            is_test,
            has_double_account,
            business_model,
            segment,
            started_at,
            churned_at,
            returned_at,
            is_heavy_reporter,
            user_count,
            seats,
            login_at,
            import_at,
            invite_at,
            report_at
        from customers
        left join lifetimes using (n, started_at)
        left join onboarding using (n)
        order by account_id
    """,
    "offers": """
        select account_id, offer_event_id, offer_id, offered_at, is_ready, is_accepted
        from offers
        join customers using (n)
        order by offer_event_id
    """,
    "invitations": """
        select invitation_id, account_id, survey_id, mood, response_probability, is_completed
        from survey_sends
        join customers using (n)
        order by invitation_id
    """,
    "comments": """
        select comment_key, account_id, written_in, feeling, theme, language, is_strong, occurred_at
        from comments
        join customers using (n)
        order by comment_key
    """,
}


def write_truth(connection: duckdb.DuckDBPyConnection, folder: Path, *, part: int) -> None:
    """Write the side files of one range of customers as Parquet, `<name>_<part>.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, query in TRUTH_QUERIES.items():
        path = folder / f"{name}_{part:04d}.parquet"
        connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
