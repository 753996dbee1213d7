"""Scoring: every active customer and every offer that can be forecast."""

from datetime import date

import numpy as np
import pandas as pd

from ml.reasons import explain_rows
from ml.tables import typed_frame
from ml.upsell.config import UpsellConfig
from ml.upsell.features import FEATURES
from ml.upsell.fit import Offers, UpsellModel

_REASONS = 2


def score_upsell(
    model: UpsellModel, current: Offers, *, as_of: date, version: str, config: UpsellConfig
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score customers × offers and name their reasons.

    Returns
    -------
    scores : pandas.DataFrame
        `ml.upsell_scores`.
    importance : pandas.DataFrame
        feature, feature_label, mean_absolute_effect (log-odds), strongest first.
    """
    effects = model.contributions(current.matrix)
    reasons = explain_rows(
        current.matrix[:, : len(model.feature_names)],
        effects,
        names=model.feature_names,
        meanings=FEATURES,
        minimum_effect=config.minimum_effect,
        count=_REASONS,
    )
    scores = pd.DataFrame(
        {
            "customer_id": current.customer_ids,
            "offer_id": current.offer_ids,
            "as_of_date": pd.Timestamp(as_of),
            "model_version": version,
            "propensity_90d": model.propensity(current.matrix),
            **{
                f"reason_{place + 1}": [
                    row[place][0] if place < len(row) else None for row in reasons
                ]
                for place in range(_REASONS)
            },
        }
    )
    importance = pd.DataFrame(
        {
            "feature": model.feature_names,
            "feature_label": [FEATURES[name].label for name in model.feature_names],
            "mean_absolute_effect": np.abs(effects).mean(axis=0),
        }
    ).sort_values(["mean_absolute_effect", "feature"], ascending=[False, True], ignore_index=True)
    return typed_frame("upsell_scores", scores), importance
