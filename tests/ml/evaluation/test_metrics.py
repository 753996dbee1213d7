"""Metrics against scikit-learn and hand counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ml.evaluation.metrics import METRICS, forecast_metrics, rank_forecast


@st.composite
def forecasts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = draw(st.integers(4, 60))
    outcome = draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows))
    # Few distinct values, so that ties are the rule.
    probability = draw(st.lists(st.integers(0, 6), min_size=rows, max_size=rows))
    weight = draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows))
    return np.array(outcome, float), np.array(probability) / 6, np.array(weight, float)


@given(forecasts())
@settings(max_examples=150, deadline=None)
def test_metrics_equal_scikit_learn_when_weighted_and_tied(
    forecast: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    outcome, probability, weight = forecast
    found = forecast_metrics(rank_forecast(outcome, probability), weight)
    if len(np.unique(outcome[weight > 0])) < 2:
        assert all(np.isnan(found[name]) for name in METRICS)
        return
    assert found["roc_auc"] == pytest.approx(
        roc_auc_score(outcome, probability, sample_weight=weight)
    )
    assert found["pr_auc"] == pytest.approx(
        average_precision_score(outcome, probability, sample_weight=weight)
    )
    assert found["brier"] == pytest.approx(
        brier_score_loss(outcome, probability, sample_weight=weight)
    )


@given(forecasts())
@settings(max_examples=50, deadline=None)
def test_metrics_stay_the_same_when_rows_are_shuffled(
    forecast: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    outcome, probability, _ = forecast
    order = np.random.default_rng(0).permutation(len(outcome))
    straight = forecast_metrics(rank_forecast(outcome, probability))
    shuffled = forecast_metrics(rank_forecast(outcome[order], probability[order]))
    assert straight == pytest.approx(shuffled, nan_ok=True)


def test_weights_count_rows_when_rows_repeat() -> None:
    outcome = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    probability = np.array([0.9, 0.8, 0.4, 0.3, 0.1])
    weight = np.array([2.0, 1.0, 0.0, 3.0, 1.0])
    times = weight.astype(int)
    repeated = forecast_metrics(
        rank_forecast(np.repeat(outcome, times), np.repeat(probability, times), bins=1)
    )
    assert forecast_metrics(rank_forecast(outcome, probability, bins=1), weight) == pytest.approx(
        repeated
    )


def test_lift_and_calibration_error_when_counted_by_hand() -> None:
    # Twenty rows, four positive: two of them are the top tenth, so its rate 1 is five times 0.2.
    outcome = np.zeros(20)
    outcome[[0, 1, 10, 19]] = 1
    probability = np.linspace(0.95, 0.0, 20)
    found = forecast_metrics(rank_forecast(outcome, probability, bins=2))
    assert found["lift_top_decile"] == pytest.approx(5.0)
    # Two bins of ten rows with two positives each.
    upper, lower = probability[:10].sum(), probability[10:].sum()
    assert found["ece"] == pytest.approx((abs(2 - upper) + abs(2 - lower)) / 20)


def test_lift_is_one_when_every_probability_is_the_same() -> None:
    outcome = np.array([1.0] * 3 + [0.0] * 27)
    assert forecast_metrics(rank_forecast(outcome, np.full(30, 0.1)))[
        "lift_top_decile"
    ] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("outcome", "probability", "message"),
    [
        ([], [], "0 outcomes"),
        ([1.0], [0.5, 0.5], "1 outcomes for 2"),
        ([2.0], [0.5], "0 or 1"),
        ([1.0], [1.5], r"\[0, 1\]"),
        ([1.0], [np.nan], r"\[0, 1\]"),
    ],
)
def test_ranking_refuses_when_input_is_not_a_forecast(
    outcome: list[float], probability: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        rank_forecast(np.array(outcome, float), np.array(probability, float))
