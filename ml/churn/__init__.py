"""Churn per customer: calibrated probabilities over several horizons, with reasons."""

from ml.churn.config import ChurnConfig
from ml.churn.forecast import ChurnForecast, forecast_churn

__all__ = ["ChurnConfig", "ChurnForecast", "forecast_churn"]
