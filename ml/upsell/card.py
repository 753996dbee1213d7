"""The card of an upsell model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ml.registry.card import ModelCard

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


def upsell_card(forecast: "UpsellForecast", plots: Mapping[str, str]) -> ModelCard:
    """Return the card of one forecast; without a model it says why there is none."""
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
        plots=plots,
        tables={} if table.empty else {"Offers": table},
        alarm=None if pd.isna(status["alarm"]) else str(status["alarm"]),
    )
