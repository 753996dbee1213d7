"""Intervals cover the truth and count customers, not rows."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation.intervals import bootstrap_metrics, clustered_weights, wilson_interval
from ml.evaluation.metrics import rank_forecast


def _rows(copies: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    score = generator.normal(size=150)
    outcome = (score + generator.normal(size=150) > 1).astype(float)
    probability = 1 / (1 + np.exp(-score))
    return (
        np.repeat(outcome, copies),
        np.repeat(probability, copies),
        np.repeat(np.arange(150), copies),
    )


def test_interval_stays_as_wide_when_each_customer_is_seen_many_times() -> None:
    def width(copies: int, *, by_customer: bool) -> float:
        outcome, probability, customers = _rows(copies)
        clusters = customers if by_customer else np.arange(len(outcome))
        _, lower, upper = bootstrap_metrics(
            rank_forecast(outcome, probability), clusters, replicates=200, seed=1
        )["roc_auc"]
        return upper - lower

    once = width(1, by_customer=True)
    assert width(9, by_customer=True) == pytest.approx(once, rel=0.02)
    assert width(9, by_customer=False) < 0.5 * once


def test_interval_covers_truth_when_repeated() -> None:
    # Scores of the two classes are normal, one apart: the true AUC is Φ(1/√2).
    generator = np.random.default_rng(8)
    covered = 0
    for trial in range(60):
        outcome = (generator.random(200) < 0.3).astype(float)
        probability = 1 / (1 + np.exp(-(outcome + generator.normal(size=200))))
        _, lower, upper = bootstrap_metrics(
            rank_forecast(outcome, probability), np.arange(200), replicates=200, seed=trial
        )["roc_auc"]
        covered += lower <= 0.76025 <= upper
    assert covered >= 52


def test_weights_draw_whole_customers_when_clustered() -> None:
    customers = np.array([7, 7, 3, 3, 3, 9])
    for weight in clustered_weights(customers, 20, seed=2):
        assert weight[0] == weight[1]
        assert weight[2] == weight[3] == weight[4]
        assert weight[0] + weight[2] + weight[5] == 3


def test_wilson_equals_published_value_when_one_of_ten() -> None:
    lower, upper = wilson_interval(np.array([1.0]), np.array([10.0]))
    assert lower[0] == pytest.approx(0.0179, abs=1e-4)
    assert upper[0] == pytest.approx(0.4042, abs=1e-4)
