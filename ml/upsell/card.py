"""Files of an upsell model's folder."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from ml.registry.card import ModelCard
from ml.registry.plots import calibration_plot, gain_plot, importance_plot, roc_plot

if TYPE_CHECKING:
    from ml.upsell.forecast import UpsellForecast

_PURPOSE = (
    "Ranks customers by the probability that they accept an offer within 90 days, were it made "
    "now, so that sales talks to those who are ready. Eligibility, fatigue and value are decided "
    "by rules after it, and a person makes the offer."
)
_LIMITS = (
    "The model knows only customers to whom offers were made. Where offers went to hand-picked "
    "customers, its probabilities hold for customers like those.",
    "It says who accepts, not who accepts because of the offer; only a trial with a control group "
    "tells that.",
    "An offer that was seldom made is not forecast; the status says which.",
)


def upsell_files(forecast: "UpsellForecast") -> dict[str, str]:
    """Return file name to text for one forecast."""
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


def _settings(forecast: "UpsellForecast") -> str:
    content: dict[str, object] = {"choices": asdict(forecast.config)}
    if forecast.model is not None:
        content["recalibration"] = asdict(forecast.model.recalibration)
        content["feature_names"] = forecast.model.feature_names
        content["offer_names"] = forecast.model.offer_names
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def _plots(forecast: "UpsellForecast") -> dict[str, tuple[str, str]]:
    found = forecast.evaluation
    if found is None:
        return {}
    return {
        "calibration": ("Calibration", calibration_plot(forecast.calibration)),
        "gain": ("Gain", gain_plot(found.outcome, found.probabilities)),
        "roc": ("ROC", roc_plot(found.outcome, found.probabilities)),
        "importance": ("Importance", importance_plot(forecast.importance)),
    }


def _card(forecast: "UpsellForecast", plots: dict[str, tuple[str, str]]) -> ModelCard:
    status = forecast.status.iloc[0]
    offers = forecast.status.iloc[1:]
    table = pd.DataFrame(
        {
            "Offer": offers["model_name"].str.removeprefix("upsell:"),
            "State": offers["status"].str.replace("_", " "),
            "Why": offers["reason"],
        }
    )
    facts = {"State": str(status["reason"])}
    if forecast.model is not None:
        model = forecast.model
        facts["Data"] = (
            f"Offers made up to {status['as_of_date']:%Y-%m-%d}, with what was known about the "
            f"customer at the month's end before each. The final fit uses {model.train_rows:,} "
            f"offers, {model.train_positives:,} of them accepted."
        )
        facts["Time windows"] = (
            f"Test: offers made {status['test_from']:%Y-%m-%d} to {status['test_to']:%Y-%m-%d}, "
            f"{status['test_rows']:,} offers, {status['test_positives']:,} accepted. Training: "
            f"only answers known before, {status['train_rows']:,} offers, "
            f"{status['train_positives']:,} accepted."
        )
    return ModelCard(
        title="Upsell: who will accept which offer",
        version=forecast.version,
        purpose=_PURPOSE,
        facts=facts,
        metrics=forecast.metrics,
        limits=_LIMITS,
        plots=dict(plots.values()),
        tables={} if table.empty else {"Offers": table},
        alarm=None if pd.isna(status["alarm"]) else str(status["alarm"]),
    )
