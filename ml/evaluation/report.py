"""Metrics of one forecast as rows of a table."""

import pandas as pd

from ml.evaluation.intervals import bootstrap_metrics
from ml.evaluation.metrics import FloatArray, IntArray, rank_forecast


def metric_rows(
    subject: str,
    outcome: FloatArray,
    probability: FloatArray,
    customers: IntArray,
    *,
    replicates: int,
    seed: int,
) -> pd.DataFrame:
    """Judge one forecast.

    Parameters
    ----------
    subject
        Whose forecast it is: the model or a baseline.
    outcome, probability
        0 or 1, and the forecast, a row.
    customers
        Customer of every row, as a number; intervals draw whole customers.
    replicates, seed
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        subject, metric, value, lower, upper, n, positives.
    """
    found = bootstrap_metrics(
        rank_forecast(outcome, probability), customers, replicates=replicates, seed=seed
    )
    return pd.DataFrame(
        [
            {"subject": subject, "metric": metric, "value": value, "lower": lower, "upper": upper}
            for metric, (value, lower, upper) in found.items()
        ]
    ).assign(n=len(outcome), positives=int(outcome.sum()))
