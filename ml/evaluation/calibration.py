"""Recalibration of log-odds, and the table that shows how well probabilities hold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.evaluation.intervals import wilson_interval
from ml.evaluation.metrics import FloatArray, rank_forecast

#: Spread of intercept and slope around "no change" before any row is seen: a hundred positives
#: outweigh it, a dozen do not swing the forecast.
_PRIOR_SPREAD = np.array([0.5, 0.25])
_PRIOR_CENTRE = np.array([0.0, 1.0])
_NEWTON_STEPS = 50


@dataclass(frozen=True, kw_only=True)
class Recalibration:
    """Logistic recalibration: new log-odds = intercept + slope × log-odds."""

    intercept: float = 0.0
    slope: float = 1.0

    def probability(self, margin: FloatArray) -> FloatArray:
        """Turn log-odds into calibrated probabilities."""
        return logistic(self.intercept + self.slope * margin)


def logistic(margin: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(−margin)), safe for large values."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * margin)), dtype=np.float64)


def fit_recalibration(margin: FloatArray, outcome: FloatArray, weight: FloatArray) -> Recalibration:
    """Fit Platt's two parameters by Newton's method, shrunk towards no change.

    Two parameters keep the order of customers and do not chase the noise of a short slice, as a
    step function would. A slope below zero would reverse the ranking: then the forecast carries no
    information and every row gets the slice's rate.

    Parameters
    ----------
    margin
        Log-odds of the model on rows later than those it was fitted on.
    outcome
        0 or 1 a row.
    weight
        Positive weight a row.
    """
    solution = _maximise(np.column_stack((np.ones_like(margin), margin)), outcome, weight)
    if solution[1] > 0:
        return Recalibration(intercept=float(solution[0]), slope=float(solution[1]))
    rate = float((weight * outcome).sum() / weight.sum())
    return Recalibration(intercept=float(np.log(rate / (1 - rate))), slope=0.0)


def _maximise(design: FloatArray, outcome: FloatArray, weight: FloatArray) -> FloatArray:
    solution = _PRIOR_CENTRE
    height = _log_posterior(design, outcome, weight, solution)
    for _ in range(_NEWTON_STEPS):
        probability = logistic(design @ solution)
        pull = (solution - _PRIOR_CENTRE) / _PRIOR_SPREAD**2
        gradient = design.T @ (weight * (outcome - probability)) - pull
        spread = weight * probability * (1 - probability)
        curvature = (design.T * spread) @ design + np.diag(1 / _PRIOR_SPREAD**2)
        step = np.linalg.solve(curvature, gradient)
        # Far from the top a full step overshoots; half of it, often enough, always climbs.
        while (higher := _log_posterior(design, outcome, weight, solution + step)) < height:
            step = step / 2
        solution, height = solution + step, higher
        if np.abs(step).max() < 1e-10:
            break
    return solution


def _log_posterior(
    design: FloatArray, outcome: FloatArray, weight: FloatArray, solution: FloatArray
) -> float:
    margin = design @ solution
    likelihood = (weight * (outcome * margin - np.logaddexp(0, margin))).sum()
    return float(likelihood - 0.5 * (((solution - _PRIOR_CENTRE) / _PRIOR_SPREAD) ** 2).sum())


def calibration_table(outcome: FloatArray, probability: FloatArray, bins: int = 10) -> pd.DataFrame:
    """Compare predicted and observed rates in bins of equal size.

    Returns
    -------
    pandas.DataFrame
        bin (1 = lowest probabilities), predicted_mean, observed_rate, lower, upper (Wilson), n.
    """
    ranked = rank_forecast(outcome, probability, bins)
    rows = pd.DataFrame(
        {
            "bin": ranked.bin_of + 1,
            "probability": ranked.probability,
            "outcome": ranked.outcome,
        }
    )
    table = rows.groupby("bin", as_index=False).agg(
        predicted_mean=("probability", "mean"),
        observed_rate=("outcome", "mean"),
        positives=("outcome", "sum"),
        n=("outcome", "size"),
    )
    lower, upper = wilson_interval(
        table["positives"].to_numpy(np.float64), table["n"].to_numpy(np.float64)
    )
    return table.drop(columns="positives").assign(lower=lower, upper=upper)
