"""Weighted metrics of a probability forecast, computed on rows sorted once.

Weights make the bootstrap cheap: a replicate is a vector of counts, not a copy of the rows.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

METRICS = ("roc_auc", "pr_auc", "brier", "ece", "lift_top_decile")


@dataclass(frozen=True, kw_only=True)
class RankedForecast:
    """Outcomes and probabilities, highest probability first.

    Attributes
    ----------
    order
        Positions of the original rows in ranked order.
    outcome, probability
        Ranked; 0 or 1, and in [0, 1].
    tie_starts
        First position of every run of equal probabilities.
    bin_of
        Calibration bin of every ranked row, 0 for the lowest probabilities.
    """

    order: IntArray
    outcome: FloatArray
    probability: FloatArray
    tie_starts: IntArray
    bin_of: IntArray


def rank_forecast(outcome: FloatArray, probability: FloatArray, bins: int = 10) -> RankedForecast:
    """Sort a forecast and cut it into bins of equal size.

    Raises
    ------
    ValueError
        When lengths differ, no row is given, or a value lies outside its range.
    """
    if len(outcome) != len(probability) or len(outcome) == 0:
        raise ValueError(f"{len(outcome)} outcomes for {len(probability)} probabilities")
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError("outcomes must be 0 or 1")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("probabilities must lie in [0, 1]")
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    tie_starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    rows = len(ranked)
    # A run of equal probabilities stays in one bin, else its bin would depend on the row order.
    run = np.repeat(tie_starts, np.diff(np.r_[tie_starts, rows]))
    bin_of = bins - 1 - (run * bins) // rows
    return RankedForecast(
        order=order,
        outcome=outcome[order].astype(np.float64),
        probability=ranked.astype(np.float64),
        tie_starts=tie_starts,
        bin_of=bin_of,
    )


def forecast_metrics(
    forecast: RankedForecast, weight: FloatArray | None = None
) -> dict[str, float]:
    """Compute every metric of `METRICS`.

    ROC-AUC counts ties as half; PR-AUC is average precision; ECE is the mean distance of predicted
    and observed over bins of equal size, weighted by size; lift is the positive rate in the top
    tenth over the rate of all. NaN where only one class carries weight.

    Parameters
    ----------
    forecast
        From `rank_forecast`.
    weight
        Weight of every original (unsorted) row; equal when None.
    """
    ranked = np.ones(len(forecast.outcome)) if weight is None else weight[forecast.order]
    positive = ranked * forecast.outcome
    total, positives = float(ranked.sum()), float(positive.sum())
    if positives <= 0 or positives >= total:
        return dict.fromkeys(METRICS, float("nan"))
    tied = np.add.reduceat(np.column_stack((ranked, positive)), forecast.tie_starts, axis=0)
    return {
        "roc_auc": _roc_auc(tied[:, 0], tied[:, 1]),
        "pr_auc": _average_precision(tied[:, 0], tied[:, 1]),
        "brier": float((ranked * (forecast.probability - forecast.outcome) ** 2).sum() / total),
        "ece": _calibration_error(forecast, ranked, positive),
        "lift_top_decile": _lift(tied[:, 0], tied[:, 1], share=0.1),
    }


def _roc_auc(weight: FloatArray, positive: FloatArray) -> float:
    negative = weight - positive
    above = np.cumsum(positive) - positive
    pairs = (negative * (above + positive / 2)).sum()
    return float(pairs / (positive.sum() * negative.sum()))


def _average_precision(weight: FloatArray, positive: FloatArray) -> float:
    seen = np.cumsum(weight)
    precision = np.divide(np.cumsum(positive), seen, out=np.zeros_like(seen), where=seen > 0)
    return float((precision * positive).sum() / positive.sum())


def _lift(weight: FloatArray, positive: FloatArray, *, share: float) -> float:
    # A run of ties across the boundary counts in part, at its own rate: no order among equals.
    wanted = share * weight.sum()
    taken = np.clip(wanted - (np.cumsum(weight) - weight), 0, weight)
    rate = np.divide(positive, weight, out=np.zeros_like(weight), where=weight > 0)
    return float((taken * rate).sum() / wanted / (positive.sum() / weight.sum()))


def _calibration_error(forecast: RankedForecast, weight: FloatArray, positive: FloatArray) -> float:
    observed = np.bincount(forecast.bin_of, positive)
    expected = np.bincount(forecast.bin_of, weight * forecast.probability)
    return float(np.abs(observed - expected).sum() / weight.sum())
