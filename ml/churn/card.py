"""Files of a churn model's folder."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml.churn.config import ChurnConfig
from ml.registry.card import ModelCard
from ml.registry.plots import calibration_plot, gain_plot, importance_plot, roc_plot

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


def churn_files(forecast: "ChurnForecast") -> dict[str, str]:
    """Return file name to text for one forecast.

    model.json (XGBoost's own format), config.json, metrics.csv, card.md, card.html and one SVG a
    plot; without a forecast, the card says why and there is no model.
    """
    plots = _plots(forecast)
    card = _card(forecast, plots)
    images = "".join(f"\n![{caption}]({name}.svg)\n" for name, (caption, _) in plots.items())
    files = {
        "config.json": _settings(forecast),
        "card.md": card.markdown() + images,
        "card.html": card.html(),
        **{f"{name}.svg": svg for name, (_, svg) in plots.items()},
    }
    if forecast.model is not None:
        files["model.json"] = forecast.model.booster.save_raw("json").decode("utf-8")
    return files


def _settings(forecast: "ChurnForecast") -> str:
    content: dict[str, object] = {"choices": asdict(forecast.config)}
    if forecast.model is not None:
        content["recalibration"] = asdict(forecast.model.recalibration)
        content["feature_names"] = forecast.model.feature_names
        content["horizons_days"] = forecast.model.horizons_days
        content["last_period"] = forecast.model.last_period
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def _plots(forecast: "ChurnForecast") -> dict[str, tuple[str, str]]:
    found = forecast.evaluation
    if found is None:
        return {}
    return {
        "calibration": ("Calibration", calibration_plot(forecast.calibration)),
        "gain": ("Gain", gain_plot(found.outcome, found.probabilities)),
        "roc": ("ROC", roc_plot(found.outcome, found.probabilities)),
        "importance": ("Importance", importance_plot(forecast.importance)),
    }


def _card(forecast: "ChurnForecast", plots: dict[str, tuple[str, str]]) -> ModelCard:
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
        plots=dict(plots.values()),
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
