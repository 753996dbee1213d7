"""The best that any forecast of churn could do on the demo company, by the planted chances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

HORIZONS = (30, 90)

RANKED_CUSTOMERS = """
    with known as (
        select
            hazards.churn_probability_{horizon}d as probability,
            customers.churned_at >= cast($from_date as timestamp)
            and customers.churned_at < cast($to_date as timestamp) as has_churned
        from read_parquet('{truth}/churn_hazards_*.parquet') as hazards
        join read_parquet('{truth}/customers_*.parquet') as customers using (account_id)
        where hazards.month_start_date = date_trunc('month', cast($from_date as date))
            and (customers.churned_at is null
                or customers.churned_at >= cast($from_date as timestamp))
    ),

    ranked as (
        select
            probability,
            coalesce(has_churned, false) as has_churned,
            rank() over (order by probability)
            + (count(*) over (partition by probability) - 1) / 2.0 as average_rank
        from known
    )

    select
        count(*),
        count(*) filter (where has_churned),
        coalesce(sum(average_rank) filter (where has_churned), 0),
        avg((probability - has_churned::int) ^ 2)
    from ranked
"""


@dataclass(frozen=True, kw_only=True)
class AttainableForecast:
    """How well the true probabilities forecast what then happened.

    `roc_auc` ranks customers by them (Mann-Whitney); `brier` is their mean squared error. A model
    sees behaviour, not the latent mood, so it stays below; a model above it has seen the future.
    """

    as_of: date
    horizon_days: int
    customers: int
    churned: int
    roc_auc: float
    brier: float


def attainable_churn_forecast(
    truth: Path, *, as_of: date, horizon_days: int = 90
) -> AttainableForecast:
    """Judge the true churn probabilities as if they were a forecast made on a day.

    Parameters
    ----------
    truth : Path
        Folder of the side files that `generate_company` wrote.
    as_of : date
        Last day known to the forecast. The probabilities are those of the month that the next day
        lies in, as known at its start; customers in their first month have none and are left out.
    horizon_days : {30, 90}
        Days after `as_of` in which leaving counts.

    Returns
    -------
    AttainableForecast

    Raises
    ------
    ValueError
        If the horizon is unknown, or nobody or everybody left, so that no ranking can be judged.
    """
    if horizon_days not in HORIZONS:
        allowed = ", ".join(str(horizon) for horizon in HORIZONS)
        raise ValueError(f"horizon_days is {horizon_days}; it is one of {allowed}")
    from_date = as_of + timedelta(days=1)
    to_date = from_date + timedelta(days=horizon_days)
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            RANKED_CUSTOMERS.format(horizon=horizon_days, truth=truth),
            {"from_date": from_date, "to_date": to_date},
        ).fetchone()
    customers, churned, rank_sum, brier = found or (0, 0, 0.0, None)
    if not 0 < churned < customers:
        raise ValueError(
            f"{churned} of {customers} customers left within {horizon_days} days of {as_of}; "
            "a ranking needs some of both kinds"
        )
    stayed = customers - churned
    return AttainableForecast(
        as_of=as_of,
        horizon_days=horizon_days,
        customers=customers,
        churned=churned,
        roc_auc=(float(rank_sum) - churned * (churned + 1) / 2) / (churned * stayed),
        brier=float(brier),
    )
