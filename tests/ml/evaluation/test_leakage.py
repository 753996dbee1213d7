"""Leaks are found and named."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation.leakage import LeakGuard, leak_alarm, single_feature_aucs

NAMES = ("honest", "leaking", "filled_in_later")


def _data() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(6)
    outcome = (generator.random(600) < 0.3).astype(float)
    honest = outcome + generator.normal(size=600)
    leaking = -outcome + generator.normal(0, 0.1, 600)
    filled_in_later = np.where(outcome == 1, generator.random(600), np.nan)
    return np.column_stack((honest, leaking, filled_in_later)).astype(np.float32), outcome


def test_each_leak_is_found_when_it_falls_or_is_only_missing() -> None:
    matrix, outcome = _data()
    aucs = single_feature_aucs(matrix, outcome, NAMES)
    assert aucs["leaking"] > 0.99
    assert aucs["filled_in_later"] > 0.99
    assert 0.6 < aucs["honest"] < 0.9


def test_alarm_names_the_columns_when_they_leak() -> None:
    matrix, outcome = _data()
    alarm = leak_alarm(matrix, outcome, NAMES, model_auc=0.99, guard=LeakGuard())
    assert alarm is not None
    assert "model's AUC 0.990" in alarm
    assert "leaking alone" in alarm
    assert "filled_in_later alone" in alarm
    assert "honest" not in alarm


def test_no_alarm_when_everything_is_honest() -> None:
    matrix, outcome = _data()
    assert leak_alarm(matrix[:, :1], outcome, NAMES[:1], model_auc=0.8, guard=LeakGuard()) is None


def test_guard_refuses_when_a_limit_is_below_chance() -> None:
    with pytest.raises(ValueError, match="model_auc"):
        LeakGuard(model_auc=0.4)
