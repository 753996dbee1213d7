"""The card of a churn model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml.churn.config import ChurnConfig
from ml.registry.card import ModelCard

if TYPE_CHECKING:
    from ml.churn.forecast import ChurnForecast

_PURPOSE = (
    "Ranks today's customers by the probability that they leave, so that a customer team can call "
    "those for whom a call may still help, and so that the value at risk can be added up. Not for "
    "prices, credit or any decision taken without a person."
)
_LIMITS = (
    "A reason says what moved the forecast, not what would happen if it were changed; it is no "
    "proof of cause.",
    "Customers who start after the as-of date, and customers already gone, are not scored.",
    "The forecast assumes that the coming months resemble the past ones; after a change of prices "
    "or of the product, trust the next test more than this one.",
    "A probability at a horizon that the company's definition of churn does not know is left out.",
    "Expected remaining days are counted to the last horizon only; most customers stay longer.",
)


def churn_card(forecast: "ChurnForecast", plots: Mapping[str, str]) -> ModelCard:
    """Return the card of one forecast; without a model it says why there is none."""
    status = forecast.status.iloc[0]
    tables = {}
    if forecast.model is not None:
        top = forecast.importance.head(15)
        tables["What moves the forecast"] = pd.DataFrame(
            {
                "Feature": top["feature_label"],
                "Mean absolute effect (log-odds)": top["mean_absolute_effect"].map("{:.3f}".format),
            }
        )
    return ModelCard(
        title="Churn: who will leave",
        version=forecast.version,
        purpose=_PURPOSE,
        facts=_facts(forecast, status, forecast.config),
        metrics=forecast.metrics,
        limits=_LIMITS,
        plots=plots,
        tables=tables,
        alarm=None if pd.isna(status["alarm"]) else str(status["alarm"]),
    )


def _facts(
    forecast: "ChurnForecast", status: "pd.Series[Any]", config: ChurnConfig
) -> dict[str, str]:
    if forecast.model is None:
        return {"Not forecast": str(status["reason"])}
    model = forecast.model
    horizons = ", ".join(str(horizon) for horizon in model.horizons_days)
    return {
        "State": str(status["reason"]),
        "Data": (
            f"Monthly snapshots of active customers up to {status['as_of_date']:%Y-%m-%d}; "
            f"{len(model.feature_names)} features, each known at the snapshot. The final fit uses "
            f"{model.train_rows:,} customer periods with {model.train_events:,} losses."
        ),
        "Time windows": (
            f"Test: snapshots {status['test_from']:%Y-%m-%d} to {status['test_to']:%Y-%m-%d}, "
            f"{status['test_rows']:,} rows, {status['test_positives']:,} losses. Training: only "
            f"outcomes known before the first test snapshot, {status['train_rows']:,} rows, "
            f"{status['train_positives']:,} losses."
        ),
        "Method": (
            f"Boosted trees (depth {config.boosting.depth}, {config.boosting.trees} trees, rate "
            f"{config.boosting.learning_rate}) learn the hazard of each period up to day "
            f"{horizons}; probabilities therefore never fall as the horizon grows. Log-odds are "
            f"recalibrated on the {config.calibration_snapshots} latest snapshots before the test "
            f"(slope {model.recalibration.slope:.2f}, intercept "
            f"{model.recalibration.intercept:.2f} "
            "in the final model). Reasons are exact contributions of the trees."
        ),
    }
