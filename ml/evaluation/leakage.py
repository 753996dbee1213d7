"""Alarms for forecasts that are too good to be true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.boosting import Matrix
from ml.evaluation.metrics import FloatArray, forecast_metrics, rank_forecast


@dataclass(frozen=True, kw_only=True)
class LeakGuard:
    """Limits above which a figure is taken for a leak until a person has looked.

    Honest churn models lie between .65 and .90; what reaches beyond has so far always been a
    column filled in after the customer left.
    """

    model_auc: float = 0.97
    feature_auc: float = 0.95

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("model_auc", "feature_auc"):
            if not 0.5 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in (0.5, 1], not {getattr(self, name)}")


def single_feature_aucs(
    matrix: Matrix, outcome: FloatArray, names: Sequence[str]
) -> dict[str, float]:
    """Return, per feature, the ROC-AUC of the feature alone, whichever way it points.

    A missing value is taken once as the lowest and once as the highest, since "is missing" can
    leak as well; the larger AUC counts.
    """
    aucs = {}
    for place, name in enumerate(names):
        values = matrix[:, place].astype(np.float64)
        found = [
            forecast_metrics(rank_forecast(outcome, _ranks(values, missing)))["roc_auc"]
            for missing in ((-np.inf, np.inf) if np.isnan(values).any() else (0.0,))
        ]
        aucs[name] = max(max(auc, 1 - auc) for auc in found)
    return aucs


def leak_alarm(
    matrix: Matrix,
    outcome: FloatArray,
    names: Sequence[str],
    *,
    model_auc: float,
    guard: LeakGuard,
) -> str | None:
    """Say what looks like a leak, or None."""
    alarms = []
    if model_auc > guard.model_auc:
        alarms.append(f"the model's AUC {model_auc:.3f} is above {guard.model_auc}")
    alarms += [
        f"{name} alone has AUC {auc:.3f}, above {guard.feature_auc}"
        for name, auc in single_feature_aucs(matrix, outcome, names).items()
        if auc > guard.feature_auc
    ]
    return "possible leak: " + "; ".join(alarms) if alarms else None


def _ranks(values: FloatArray, missing: float) -> FloatArray:
    filled = np.where(np.isnan(values), missing, values)
    _, rank = np.unique(filled, return_inverse=True)
    return rank / max(int(rank.max()), 1)
