"""Upsell and cross-sell: the propensity to accept each offer, with reasons."""

from ml.upsell.config import UpsellConfig
from ml.upsell.forecast import UpsellForecast, forecast_upsell

__all__ = ["UpsellConfig", "UpsellForecast", "forecast_upsell"]
