"""Recalibration recovers known distortions."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation.calibration import calibration_table, fit_recalibration, logistic


def test_recalibration_recovers_distortion_when_rows_are_many() -> None:
    generator = np.random.default_rng(2)
    true_margin = generator.normal(-2, 1, 40_000)
    outcome = (generator.random(40_000) < logistic(true_margin)).astype(float)
    overconfident = 2 * true_margin + 1
    found = fit_recalibration(overconfident, outcome, np.ones(40_000))
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.intercept == pytest.approx(-0.5, abs=0.06)


def test_recalibration_hardly_moves_when_rows_are_few() -> None:
    found = fit_recalibration(np.array([-2.0, -1.0]), np.array([1.0, 0.0]), np.ones(2))
    assert found.slope == pytest.approx(1, abs=0.15)
    assert abs(found.intercept) < 0.4


def test_recalibration_gives_the_rate_when_ranking_is_reversed() -> None:
    margin = np.repeat([-3.0, 3.0], 5_000)
    outcome = np.repeat([1.0, 0.0], 5_000)
    outcome[:1_000] = 0
    found = fit_recalibration(margin, outcome, np.ones(10_000))
    assert found.slope == 0
    assert found.probability(margin) == pytest.approx(np.full(10_000, 0.4))


def test_recalibration_keeps_the_order_when_applied() -> None:
    generator = np.random.default_rng(4)
    margin = generator.normal(size=500)
    outcome = (generator.random(500) < logistic(margin)).astype(float)
    probability = fit_recalibration(margin, outcome, np.ones(500)).probability(margin)
    assert (np.argsort(probability) == np.argsort(margin)).all()


def test_table_counts_bins_when_done_by_hand() -> None:
    outcome = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])
    probability = np.array([0.1, 0.1, 0.2, 0.2, 0.6, 0.6, 0.8, 0.8])
    table = calibration_table(outcome, probability, bins=2)
    assert table["bin"].tolist() == [1, 2]
    assert table["predicted_mean"].tolist() == pytest.approx([0.15, 0.7])
    assert table["observed_rate"].tolist() == pytest.approx([0.25, 0.75])
    assert table["n"].tolist() == [4, 4]
    assert (table["lower"] < table["observed_rate"]).all()
    assert (table["upper"] > table["observed_rate"]).all()
