"""Scoring: every active customer at the as-of date, with reasons."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml.boosting import FloatArray
from ml.churn.config import ChurnConfig
from ml.churn.features import FEATURES
from ml.churn.fit import ChurnModel, Snapshots, headline_of
from ml.reasons import Reason, explain_rows
from ml.tables import typed_frame

_SCORED_HORIZONS = (30, 90, 180)
_REASONS = 3
#: Rows explained at a time; bounds the memory of the contributions.
_BATCH = 100_000


def score_churn(
    model: ChurnModel, current: Snapshots, *, as_of: date, version: str, config: ChurnConfig
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score customers and name their reasons.

    Parameters
    ----------
    model
        Fitted on everything known on the as-of date.
    current
        The customers active on the as-of date.
    as_of
        Date that the scores hold for.
    version
        Model version to stamp on each row.
    config
        Choices of the model.

    Returns
    -------
    scores : pandas.DataFrame
        `ml.churn_scores`; a probability at a horizon that the company's definition of churn does
        not know is missing. risk_decile 1 holds the tenth most at risk.
    importance : pandas.DataFrame
        feature, feature_label, mean_absolute_effect (log-odds), strongest first.
    """
    survival = model.survival(current.matrix)
    headline = headline_of(model.horizons_days, config)
    place = model.horizons_days.index(headline)
    reasons, effects = _explain(model, current, headline, config)
    data: dict[str, Any] = {
        "customer_id": current.customer_ids,
        "as_of_date": pd.Timestamp(as_of),
        "model_version": version,
        "expected_remaining_days": expected_days(survival, model.horizons_days),
        "risk_decile": _deciles(1 - survival[:, place]),
    }
    for horizon in _SCORED_HORIZONS:
        known = horizon in model.horizons_days
        data[f"churn_probability_{horizon}d"] = (
            1 - survival[:, model.horizons_days.index(horizon)] if known else np.nan
        )
    data.update(_reason_columns(reasons))
    return typed_frame("churn_scores", pd.DataFrame(data)), _importance(model, effects)


def expected_days(survival: FloatArray, horizons_days: tuple[int, ...]) -> FloatArray:
    """Return the mean days that a customer stays, out of the last horizon.

    The restricted mean: the area under each customer's own survival curve from the as-of date on,
    so conditional on having stayed so far. Within a period the hazard is constant.
    """
    start = np.ones(len(survival))
    area = np.zeros(len(survival))
    for place, length in enumerate(np.diff((0, *horizons_days))):
        end = np.maximum(survival[:, place], 1e-12)
        fall = np.log(start / end)
        steep = fall > 1e-9
        mean = np.where(steep, (start - end) / np.where(steep, fall, 1.0), start)
        area += mean * length
        start = end
    return area


def _explain(
    model: ChurnModel, current: Snapshots, headline: int, config: ChurnConfig
) -> tuple[list[list[Reason]], FloatArray]:
    effects = np.concatenate(
        [
            model.contributions(current.matrix[start : start + _BATCH], headline)
            for start in range(0, len(current.matrix), _BATCH)
        ]
    )
    reasons = explain_rows(
        current.matrix,
        effects,
        names=model.feature_names,
        meanings=FEATURES,
        minimum_effect=config.minimum_effect,
        count=_REASONS,
    )
    return reasons, np.abs(effects).mean(axis=0)


def _reason_columns(reasons: list[list[Reason]]) -> Mapping[str, list[str | float | None]]:
    columns: dict[str, list[str | float | None]] = {}
    for place in range(_REASONS):
        columns[f"reason_{place + 1}"] = [
            row[place][0] if place < len(row) else None for row in reasons
        ]
        columns[f"reason_{place + 1}_effect"] = [
            row[place][1] if place < len(row) else None for row in reasons
        ]
    return columns


def _deciles(risk: FloatArray) -> FloatArray:
    # Rows are in customer order, so equal risks are told apart the same way every time.
    rank = np.empty(len(risk), dtype=np.int64)
    rank[np.argsort(-risk, kind="stable")] = np.arange(len(risk))
    return np.asarray(rank * 10 // max(len(risk), 1) + 1)


def _importance(model: ChurnModel, effects: FloatArray) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "feature": model.feature_names,
            "feature_label": [FEATURES[name].label for name in model.feature_names],
            "mean_absolute_effect": effects,
        }
    )
    return table.sort_values(
        ["mean_absolute_effect", "feature"], ascending=[False, True], ignore_index=True
    )
